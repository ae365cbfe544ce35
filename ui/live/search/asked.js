// What is asked: a question, filters and an order; as an address and as the API takes it.

export const KINDS = [["chat", "Chats"], ["room", "Rooms"], ["slate", "Slates"], ["memory", "Memories"]];
export const PERIODS = [["today", "Today"], ["week", "Last 7 days"], ["month", "Last 30 days"], ["year", "Last year"]];
export const HOST = ""; // the person's own words, among the names of people
/** The filters one can choose several of: name, name in the address, label. */
export const LISTS = [["kinds", "kind", "Kind"], ["people", "person", "Person"], ["languages", "language", "Language"], ["models", "model", "Model"], ["topics", "topic", "Topic"]];
const DAYS = { today: 0, week: 6, month: 29, year: 364 };
const LANGUAGES = new Intl.DisplayNames(["en"], { type: "language" });
const DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

/** What an address asks: {q, kinds, people, languages, models, topics, period, since, until, conversation, order}. */
export function fromAddress(search) {
  const params = new URLSearchParams(search);
  const lists = LISTS.map(([name, param]) => [name, [...new Set(params.getAll(param))]]);
  const since = date(params.get("since")), until = date(params.get("until"));
  const period = since || until ? "custom" : params.get("period") in DAYS ? params.get("period") : "";
  return { q: params.get("q") ?? "", ...Object.fromEntries(lists), period, since, until, conversation: params.get("conversation") ?? "", order: params.get("order") === "newest" ? "newest" : "best" };
}

/** The address's query of what is asked, "" of nothing. */
export function toAddress(asked) {
  const params = new URLSearchParams();
  const put = (name, value) => value && params.append(name, value);
  put("q", asked.q.trim());
  for (const [name, param] of LISTS) for (const one of asked[name]) params.append(param, one);
  if (asked.period === "custom") put("since", asked.since), put("until", asked.until);
  else put("period", asked.period);
  put("conversation", asked.conversation);
  if (asked.order === "newest") put("order", "newest");
  return params.size ? `?${params}` : "";
}

/** As `GET /api/search` takes it; days begin and end where the reader is. */
export function asQuery(asked) {
  const { q, kinds, people, languages, models, topics, conversation, order } = asked;
  return { q: q.trim(), kinds, people, languages, models, topics, conversation, order, ...span(asked) };
}

/** Whether anything is asked at all. */
export function isEmpty(asked) {
  return !asked.q.trim() && !narrowings(asked).length;
}

/** What narrows the search, each with its words and `without(asked)`: the same without it. */
export function narrowings(asked) {
  const found = LISTS.flatMap(([name]) => asked[name].map((one) => ({ label: named(name, one), without: (now) => ({ ...now, [name]: now[name].filter((other) => other !== one) }) })));
  if (asked.period) found.push({ label: periodName(asked), without: (now) => ({ ...now, period: "", since: "", until: "" }) });
  if (asked.conversation) found.push({ label: "This conversation", without: (now) => ({ ...now, conversation: "" }) });
  return found;
}

/** A value of a filter as people read it. */
export function named(name, value) {
  if (name === "kinds") return KINDS.find(([kind]) => kind === value)?.[1] ?? value;
  if (name === "people" && value === HOST) return "You";
  if (name !== "languages") return value;
  try {
    return LANGUAGES.of(value);
  } catch {
    return value; // not a code the browser understands
  }
}

export function periodName({ period, since, until }) {
  if (period !== "custom") return PERIODS.find(([name]) => name === period)?.[1] ?? "";
  if (since === until) return written(since);
  if (!until) return `Since ${written(since)}`;
  return since ? `${written(since)} – ${written(until)}` : `Until ${written(until)}`;
}

function span({ period, since, until }) {
  if (period === "custom") return { since: since && midnight(since).toISOString(), until: until && midnight(until, 1).toISOString() };
  if (!period) return {};
  const now = new Date();
  return { since: new Date(now.getFullYear(), now.getMonth(), now.getDate() - DAYS[period]).toISOString() };
}

function midnight(day, later = 0) {
  const [year, month, date] = day.split("-").map(Number);
  return new Date(year, month - 1, date + later);
}

function written(day) {
  return DATE.format(midnight(day));
}

function date(text) {
  const fits = /^\d{4}-\d{2}-\d{2}$/u.test(text ?? "") && !Number.isNaN(Date.parse(text));
  return fits && text >= "1900" ? text : "";
}
