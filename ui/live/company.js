// The sheet about the people here, and about oneself: what one reads, and going.

import { el } from "./dom.js";
import { peopleList } from "./people.js";
import { openSheet } from "./sheet.js";

/** Open the sheet; `onReading()`, `onLeave()` (none: nobody leaves). Returns {show(people)}. */
export function openCompany(root, { people, me, reader, onReading, onLeave }) {
  const { words, reading } = reader;
  const list = el("div", {}, peopleList(people, me, words));
  const name = words.known.get(reading)?.name ?? words.languageName(reading);
  const language = row(el("span", {}, words.say("language.reading")), el("span", { class: "row-value", lang: reading }, name));
  const leave = onLeave ? row(words.say("room.leave")) : null;
  const dialog = sheet(root, words, words.say("people.title"), list, language, leave);
  language.addEventListener("click", () => (dialog.close(), onReading()));
  leave?.classList.add("danger");
  leave?.addEventListener("click", () => (dialog.close(), confirmLeaving(root, words, onLeave)));
  return { show: (now) => list.replaceChildren(peopleList(now, me, words)) };
}

function confirmLeaving(root, words, onLeave) {
  const stay = el("button", { type: "button", class: "secondary" }, words.say("room.stay"));
  const leave = el("button", { type: "button", class: "primary danger" }, words.say("room.leave"));
  const question = el("p", {}, words.say("room.leave_text"));
  const dialog = sheet(root, words, words.say("room.leave"), question, el("div", { class: "choice-pair" }, stay, leave));
  stay.addEventListener("click", () => dialog.close());
  leave.addEventListener("click", () => (dialog.close(), onLeave()));
}

function row(...parts) {
  return el("button", { type: "button", class: "row" }, ...parts);
}

function sheet(root, words, title, ...parts) {
  const content = el("div", { class: "sheet-body" }, ...parts);
  return openSheet(root, { title, content, close: words.say("close"), dir: words.direction, lang: words.language });
}
