// The bar on top of a shared conversation: what it is, and in which language it is read.

import { el, setText } from "../dom.js";
import { icon, mark } from "../icons.js";

export class Bar {
  /** `onReading()`, `onTheme()`, `onLanguage()`: what its buttons do. */
  constructor({ onReading, onTheme, onLanguage }) {
    this.title = el("h1", { class: "room-name", dir: "auto" });
    this.about = el("span", { class: "about" });
    this.line = el("span", { class: "line", role: "status" });
    this.readingName = el("span", {});
    this.reading = el("button", { type: "button", class: "reading", hidden: true, "aria-haspopup": "dialog", on: { click: onReading } }, icon("swap"), this.readingName);
    this.theme = el("button", { type: "button", class: "round theme", on: { click: onTheme } }, icon("theme"));
    this.code = el("span", { class: "code-of-page" });
    this.language = el("button", { type: "button", class: "language", on: { click: onLanguage } }, icon("globe"), this.code);
    const text = el("div", { class: "header-text" }, this.title, this.about, this.line);
    this.element = el("header", { class: "header" }, el("div", { class: "header-inner" }, mark(), text, this.reading, this.theme, this.language));
  }

  /** `conversation` as it was joined, or null; `reading`: a language, or null for the originals. */
  show(words, conversation, reading) {
    setText(this.title, conversation ? (conversation.title ?? words.say("shared.title")) : "Parley");
    this.about.replaceChildren(...(conversation ? about(conversation, words) : []));
    this.reading.hidden = !conversation?.languages.length;
    setText(this.readingName, reading ? words.languageName(reading) : words.say("shared.as_written"));
    this.reading.setAttribute("aria-label", `${words.say("language.reading")}: ${this.readingName.textContent}`);
    this.theme.setAttribute("aria-label", words.say("theme.title"));
    this.language.setAttribute("aria-label", words.say("language.page"));
    setText(this.code, words.language.split("-")[0].toUpperCase());
  }

  /** Whether the line has been away for long enough to be mentioned. */
  lost(words, is) {
    setText(this.line, is ? words.say("line.lost") : "");
  }
}

function about({ live, shared_at: at }, words) {
  if (live) return [el("span", { class: "in-full" }, words.say("shared.live")), el("span", { class: "in-short" }, words.say("shared.live_short"))];
  const date = new Intl.DateTimeFormat(words.locale, { dateStyle: "medium", timeStyle: "short" }).format(new Date(at));
  return [words.say("shared.snapshot", { date })];
}
