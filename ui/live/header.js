// The bar on top: which room, whether the line stands, who is here, in which language.

import { el, setText } from "./dom.js";
import { icon, mark } from "./icons.js";
import { Faces } from "./people.js";

export class Header {
  /** `onPeople()`, `onAloud()`, `onLanguage()`, `onTheme()`; without one of the last two its switch is not there. */
  constructor(words, { onPeople, onAloud, onLanguage, onTheme }) {
    this.words = words;
    this.people = [];
    this.line = null;
    this.title = el("h1", { class: "room-name", dir: "auto" });
    this.state = el("span", { class: "line", role: "status" });
    this.faces = new Faces(words, onPeople);
    this.code = el("span", { class: "code-of-page" });
    this.language = onLanguage ? el("button", { type: "button", class: "language", on: { click: onLanguage } }, icon("globe"), this.code) : null;
    this.theme = onTheme ? el("button", { type: "button", class: "round theme", on: { click: onTheme } }, icon("theme")) : null;
    this.aloud = el("button", { type: "button", class: "aloud", hidden: true, on: { click: onAloud } }, icon("speaker"));
    this.element = el(
      "header",
      { class: "header" },
      el("div", { class: "header-inner" }, mark(), el("div", { class: "header-text" }, this.title, this.state), this.aloud, this.faces.element, this.theme, this.language),
    );
    this.setRoom({}, false);
  }

  read(words) {
    this.words = words;
    this.language?.setAttribute("aria-label", words.say("language.page"));
    this.theme?.setAttribute("aria-label", words.say("theme.title"));
    setText(this.code, words.language.split("-")[0].toUpperCase());
    this.aloud.setAttribute("aria-label", words.say("voice.read_all"));
    this.aloud.title = words.say("voice.read_all");
    this.setPeople(this.people);
    this.setLine(this.line);
  }

  /** Whether each new message can be read aloud, and is. */
  setAloud(offered, on) {
    this.aloud.hidden = !offered;
    this.aloud.setAttribute("aria-pressed", String(on));
  }

  setRoom(room, inside) {
    setText(this.title, inside ? (room.name ?? "") : "Parley");
    this.faces.element.hidden = !inside;
  }

  setPeople(people) {
    this.people = people;
    this.faces.show(people, this.words);
  }

  /** `line`: null when it stands, "lost" or "offline". */
  setLine(line) {
    this.line = line;
    setText(this.state, line ? this.words.say(`line.${line}`) : "");
    this.element.classList.toggle("broken", Boolean(line));
  }
}
