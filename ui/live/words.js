// The page's own words, dates and numbers in the reader's language.

const RTL = new Set(["ar", "arc", "ckb", "dv", "fa", "he", "ks", "nqo", "pnb", "ps", "sd", "syr", "ug", "ur", "yi"]);

/** "rtl" or "ltr" for a language code; "auto" when the language is not known. */
export function direction(code) {
  if (!code) return "auto";
  return RTL.has(code.toLowerCase().split("-")[0]) ? "rtl" : "ltr";
}

/** The reader's own regional form of `language` (en-GB for en), as far as the browser says. */
function localeOf(language) {
  const base = language.split("-")[0];
  const wanted = language.includes("-") ? language : base;
  return (navigator.languages ?? []).find((one) => one === wanted || one.startsWith(`${wanted}-`)) ?? language;
}

/** A language with its region, as speech wants it: the reader's own, else the most usual one. */
export function regional(language) {
  const { language: base, script, region } = new Intl.Locale(language).maximize();
  const own = (navigator.languages ?? []).map(localeFrom).find((one) => one?.region && one.language === base && one.maximize().script === script);
  const place = new Intl.Locale(language).region ?? own?.region ?? region;
  return place ? `${base}-${place}` : base;
}

function localeFrom(tag) {
  try {
    return new Intl.Locale(tag);
  } catch {
    return null; // some browsers list what is not a tag
  }
}

export class Words {
  /** `strings`: key -> text with {placeholders}; `language`: their code; `languages`: [{code, name}]. */
  constructor(strings, language, languages = []) {
    this.strings = strings;
    this.language = language;
    this.direction = direction(language);
    this.locale = localeOf(language);
    this.known = new Map(languages.map((one) => [one.code, one]));
    this.names = new Intl.DisplayNames([language, "en"], { type: "language", fallback: "none" });
    this.clock = new Intl.DateTimeFormat(this.locale, { hour: "numeric", minute: "2-digit" });
    this.percents = new Intl.NumberFormat(this.locale, { style: "percent", maximumFractionDigits: 0 });
    this.numbers = new Intl.NumberFormat(this.locale);
  }

  say(key, values = {}) {
    const text = this.strings[key] ?? key;
    return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  }

  number(value) {
    return this.numbers.format(value);
  }

  percent(share) {
    return this.percents.format(share);
  }

  time(date) {
    return this.clock.format(date);
  }

  /** "Today", "Yesterday" or the date, capitalised as a heading. */
  day(date) {
    const days = Math.round((startOfDay(date) - startOfDay(new Date())) / 86400000);
    if (days === 0 || days === -1) {
      const word = new Intl.RelativeTimeFormat(this.language, { numeric: "auto" }).format(days, "day");
      return word.charAt(0).toLocaleUpperCase(this.locale) + word.slice(1);
    }
    const year = date.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
    return new Intl.DateTimeFormat(this.locale, { weekday: "long", day: "numeric", month: "long", year }).format(date);
  }

  /** A language's name in the reader's language; its own name where the browser has none. */
  languageName(code) {
    if (!code) return "";
    let name;
    try {
      name = this.names.of(code);
    } catch {
      name = undefined; // not a code the browser understands
    }
    return name ?? this.known.get(code)?.name ?? code;
  }
}

function startOfDay(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate());
}

/** The first of `wanted` (BCP 47 tags) that `codes` has, by script, then by language; or null. */
export function match(wanted, codes) {
  const lower = new Map(codes.map((code) => [code.toLowerCase(), code]));
  for (const tag of wanted) {
    for (const candidate of candidates(tag)) if (lower.has(candidate)) return lower.get(candidate);
  }
  return null;
}

const ALIASES = { no: ["nb", "nn"], nb: ["no"], nn: ["no", "nb"], iw: ["he"], in: ["id"], tl: ["fil"], fil: ["tl"] };

function candidates(tag) {
  const parts = tag.toLowerCase().replaceAll("_", "-").split("-");
  const traditional = parts[0] === "zh" && parts.some((part) => ["hant", "tw", "hk", "mo"].includes(part));
  const found = traditional ? ["zh-hant", "zh-tw"] : [];
  for (let length = parts.length; length > 0; length -= 1) found.push(parts.slice(0, length).join("-"));
  if (parts[0] === "zh" && !traditional) found.push("zh-hans", "zh-cn");
  return [...found, ...(ALIASES[parts[0]] ?? [])];
}
