// Choosing a theme: the device's, light or dark.

import { el } from "./dom.js";
import { icon } from "./icons.js";
import { openSheet } from "./sheet.js";

const CHOICES = ["system", "light", "dark"];

/** Open a sheet to choose from; `themes` knows the `choice` and takes another by `choose(choice)`. */
export function pickTheme(root, words, themes) {
  const options = CHOICES.map((choice) => option(choice, words, themes));
  const content = el("div", { class: "sheet-body" }, el("ul", { class: "choices" }, ...options));
  const dialog = openSheet(root, {
    title: words.say("theme.title"),
    content,
    close: words.say("close"),
    dir: words.direction,
    lang: words.language,
  });
  content.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-choice]")?.dataset.choice;
    if (!choice) return;
    dialog.close();
    themes.choose(choice);
  });
  return dialog;
}

function option(choice, words, { choice: current }) {
  const chosen = choice === current;
  return el(
    "li",
    {},
    el(
      "button",
      { type: "button", class: "choice", dataset: { choice }, "aria-current": chosen ? "true" : null },
      icon(choice),
      el("span", { class: "own" }, words.say(`theme.${choice}`)),
      chosen ? icon("check") : null,
    ),
  );
}
