// One message of a shared conversation.

import { el, setAttributes, setText } from "../dom.js";
import { icon } from "../icons.js";
import { avatar, colourOf } from "../people.js";
import { blocks, nodesOf, ready } from "../markdown/markdown.js";
import { render } from "../text.js";
import { direction } from "../words.js";

const AI = "AI";
const EXCERPT = 140; // letters of a message that is quoted

export class Entry {
  /** `context`: {words, reading, kind, quoted(id), keep(change)}, shared by all entries. */
  constructor(data, context) {
    this.context = context;
    this.original = false;
    this.day = el("div", { class: "day", role: "separator" });
    this.face = el("span", { class: "face" });
    this.author = el("span", { class: "author" });
    this.quote = el("div", { class: "quoted", dir: "auto", hidden: true });
    this.text = el("div", { class: "text" });
    this.note = el("div", { class: "note" });
    this.time = el("time", { class: "time" });
    this.bubble = el("div", { class: "bubble" }, this.author, this.quote, this.text, el("div", { class: "foot" }, this.note, this.time));
    this.article = el("article", {}, this.face, this.bubble);
    this.element = el("div", { class: "entry" }, this.day, this.article);
    this.update(data);
  }

  get id() {
    return this.data.id;
  }

  get date() {
    return new Date(this.data.created_at);
  }

  update(data) {
    this.data = data;
    this.show();
  }

  show() {
    const { data, context } = this;
    const { words } = context;
    const asks = context.kind === "chat" && data.role === "user";
    const key = data.person ?? AI;
    const ai = data.person ? "" : "of-ai";
    this.article.className = `message ${asks ? "mine" : "theirs"} ${ai} hue-${colourOf(key)} first`;
    setAttributes(this.article, { "aria-label": `${this.name}, ${words.time(this.date)}`, "aria-busy": data.status === "streaming" ? "true" : null });
    setText(this.author, asks && !data.name ? "" : this.name);
    this.face.replaceChildren(avatar(key, this.name));
    if (!data.person) this.face.firstChild.textContent = AI;
    setText(this.time, words.time(this.date));
    this.time.dateTime = data.created_at;
    this.#showQuote();
    this.#showText();
    this.note.replaceChildren(...this.#notes());
  }

  /** Stand below `previous`: the day shows where it changes. */
  follow(previous) {
    const together = previous && previous.date.toDateString() === this.date.toDateString();
    this.day.hidden = Boolean(together);
    if (!together) this.day.replaceChildren(el("span", {}, this.context.words.day(this.date)));
  }

  get name() {
    const { data } = this;
    const { words } = this.context;
    if (!data.person) return data.name ? `${AI} · ${data.name}` : AI;
    return data.name ?? words.say("shared.person", { number: words.number(data.person) });
  }

  get #translation() {
    const { data, context } = this;
    const text = data.language === context.reading ? null : data.translations[context.reading];
    return text && text !== data.text ? text : null;
  }

  #showText() {
    const translation = this.original ? null : this.#translation;
    const text = translation ?? this.data.text;
    const language = translation ? this.context.reading : this.data.language;
    const ai = !this.data.person;
    if (this.written !== text) {
      this.text.classList.toggle("md", ai);
      this.text.replaceChildren(ai ? this.#markdown(text) : render(text));
      this.written = text;
    }
    setAttributes(this.text, { lang: language, dir: direction(language) });
  }

  /** What an AI wrote; made anew once what its formulas and code need is here. */
  #markdown(text) {
    const { words, keep } = this.context;
    const labels = { copy: words.say("shared.copy_code"), copied: words.say("shared.copied"), failed: words.say("shared.copy_code") };
    const made = () => nodesOf(blocks(text), labels);
    ready([text])?.then(() => this.written === text && keep(() => this.text.replaceChildren(made())));
    return made();
  }

  #showQuote() {
    const quoted = this.data.quote_id ? this.context.quoted(this.data.quote_id) : null;
    this.quote.hidden = !quoted;
    if (!quoted) return;
    const text = quoted.data.text.replace(/\s+/g, " ");
    setText(this.quote, text.length > EXCERPT ? `${text.slice(0, EXCERPT)}…` : text);
  }

  #notes() {
    const { words } = this.context;
    const { status } = this.data;
    if (status === "streaming") return [el("span", { class: "working" }, words.say("shared.writing"), dots())];
    if (status !== "complete") return [el("span", { class: "state state-alert" }, icon("alert"), words.say("shared.unfinished"))];
    return this.#translation ? [this.#toggle()] : [];
  }

  #toggle() {
    const { words, keep } = this.context;
    const { language } = this.data;
    const from = language ? words.say("message.translated", { language: words.languageName(language) }) : words.say("message.translated_unknown");
    const label = words.say(this.original ? "message.hide_original" : "message.show_original");
    const flip = () => keep(() => {
      this.original = !this.original;
      this.show();
      this.note.querySelector("button")?.focus({ preventScroll: true });
    });
    return el("button", { type: "button", class: "toggle", "aria-expanded": String(this.original), on: { click: flip } }, el("span", {}, from), el("span", { class: "do" }, label));
  }
}

function dots() {
  return el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i"));
}
