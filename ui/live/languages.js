// Choosing a language: every one by its own name and by its name in the reader's language.

import { el } from "./dom.js";
import { icon } from "./icons.js";
import { openSheet } from "./sheet.js";
import { direction } from "./words.js";

const FEW = 12; // below this many, searching is in the way

/** Open a sheet of `languages` ([{code, name, english?}]); `onPick(code)` hears the choice. */
export function pickLanguage(root, { title, languages, current, words, first = [], onPick }) {
  const entries = sorted(languages, words, [current, ...first]).map((one) => entry(one, current, words));
  const none = el("p", { class: "none", hidden: true }, words.say("language.none"));
  const list = el("ul", { class: "choices" }, ...entries.map((one) => one.element));
  const search = searchField(words, (text) => {
    const found = entries.filter((one) => {
      one.element.hidden = !one.haystack.includes(fold(text));
      return !one.element.hidden;
    });
    none.hidden = found.length > 0;
    return found;
  });
  const content = el("div", { class: "sheet-body" }, languages.length > FEW ? search : null, list, none);
  const dialog = openSheet(root, {
    title,
    content,
    close: words.say("close"),
    dir: words.direction,
    lang: words.language,
    kind: languages.length > FEW ? "tall" : "",
  });
  list.addEventListener("click", (event) => {
    const code = event.target.closest("[data-code]")?.dataset.code;
    if (!code) return;
    dialog.close();
    onPick(code);
  });
  list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  return dialog;
}

function searchField(words, onSearch) {
  const input = el("input", {
    type: "search",
    class: "input",
    placeholder: words.say("language.search"),
    "aria-label": words.say("language.search"),
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    enterkeyhint: "go",
  });
  let found = [];
  input.addEventListener("input", () => (found = onSearch(input.value)));
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    found[0]?.element.querySelector("button").click();
  });
  return el("label", { class: "search" }, icon("search"), input);
}

function entry({ code, name, english }, current, words) {
  const own = name || code;
  const translated = words.languageName(code);
  const button = el(
    "button",
    { type: "button", class: "choice", dataset: { code }, "aria-current": code === current ? "true" : null },
    el("span", { class: "own", lang: code, dir: direction(code) }, own),
    translated === own ? null : el("span", { class: "translated-name" }, translated),
    code === current ? icon("check") : null,
  );
  return { element: el("li", {}, button), haystack: fold([own, translated, english ?? "", code].join(" ")) };
}

/** The likely ones first, then by their names in the reader's language. */
function sorted(languages, words, likely) {
  const rank = (code) => (likely.includes(code) ? likely.indexOf(code) : likely.length);
  const collator = new Intl.Collator(words.language);
  return [...languages].sort(
    (one, other) =>
      rank(one.code) - rank(other.code) || collator.compare(words.languageName(one.code), words.languageName(other.code)),
  );
}

/** Lower case without accents, so that "francais" finds "Français". */
function fold(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
}
