// The way in: a name and a language.

import { el, setText } from "./dom.js";
import { icon, mark } from "./icons.js";
import { direction } from "./words.js";

const HELLOS = [
  ["ja", "こんにちは"],
  ["es", "¡Hola!"],
  ["ar", "مرحبا"],
  ["en", "Hello"],
  ["hi", "नमस्ते"],
];

export class JoinForm {
  /** `onJoin(name, language)`, `onLanguage()` asks for another one; `name` as last time. */
  constructor({ words, room, name, language, nameLength = 40, onJoin, onLanguage }) {
    Object.assign(this, { room, language, onJoin });
    this.title = el("h1", {});
    this.tagline = el("p", { class: "tagline" });
    this.nameLabel = el("label", { for: "parley-name" });
    this.name = el("input", {
      id: "parley-name",
      class: "input",
      name: "name",
      autocomplete: "nickname",
      autocapitalize: "words",
      maxlength: String(nameLength),
      enterkeyhint: "go",
      value: name ?? "",
      on: { input: () => this.complain("") },
    });
    this.languageLabel = el("span", { class: "label", id: "parley-language-label" });
    this.languageName = el("span", { class: "chosen", id: "parley-language-name" });
    const language_ = el(
      "button",
      { type: "button", class: "input select", "aria-labelledby": "parley-language-label parley-language-name", "aria-haspopup": "dialog", on: { click: onLanguage } },
      icon("globe"),
      this.languageName,
      icon("chevron"),
    );
    this.hint = el("p", { class: "hint" });
    this.error = el("p", { class: "form-error", role: "alert", id: "parley-error" });
    this.button = el("button", { type: "submit", class: "primary" });
    this.form = el(
      "form",
      { class: "join-form", novalidate: true, on: { submit: (event) => this.#submit(event) } },
      el("div", { class: "group" }, this.nameLabel, this.name),
      el("div", { class: "group" }, this.languageLabel, language_, this.hint),
      this.error,
      this.button,
    );
    this.element = el(
      "div",
      { class: "join" },
      el("div", { class: "join-inner" }, greetings(), el("div", { class: "join-head" }, this.title, this.tagline), this.form),
    );
    this.read(words);
  }

  read(words) {
    this.words = words;
    setText(this.title, this.room?.name || words.say("join.heading"));
    this.title.dir = "auto";
    setText(this.tagline, words.say("join.tagline"));
    setText(this.nameLabel, words.say("join.name"));
    setText(this.languageLabel, words.say("join.language"));
    setText(this.hint, words.say("join.language_hint"));
    this.setLanguage(this.language);
    this.busy(false);
  }

  setLanguage(language) {
    this.language = language;
    const own = this.words.known.get(language)?.name ?? this.words.languageName(language);
    setText(this.languageName, own);
    this.languageName.lang = language;
    this.languageName.dir = direction(language);
  }

  busy(busy) {
    this.button.disabled = busy;
    setText(this.button, this.words.say(busy ? "join.joining" : "join.button"));
  }

  complain(text) {
    setText(this.error, text);
    this.name.setAttribute("aria-invalid", String(Boolean(text)));
    this.name.setAttribute("aria-describedby", text ? "parley-error" : "");
  }

  #submit(event) {
    event.preventDefault();
    const name = this.name.value.trim();
    if (!name) {
      this.complain(this.words.say("join.name_missing"));
      this.name.focus();
      return;
    }
    this.complain("");
    this.busy(true);
    this.name.blur(); // lets the phone's keyboard go before the room appears
    this.onJoin(name, this.language);
  }
}

function greetings() {
  const bubbles = HELLOS.map(([lang, text], index) =>
    el("span", { class: `hello hello-${index}`, lang, dir: direction(lang) }, text),
  );
  return el("div", { class: "hellos", "aria-hidden": "true", dir: "ltr" }, ...bubbles, mark());
}

/** A page that only says something: no such room, ended, full, left. */
export function farewell({ title, text, action }) {
  const button = action && el("button", { type: "button", class: "primary", on: { click: action.act } }, action.label);
  return el(
    "div",
    { class: "join farewell" },
    el("div", { class: "join-inner" }, el("div", { class: "farewell-mark" }, mark()), el("h1", {}, title), el("p", { class: "tagline" }, text), button ?? ""),
  );
}
