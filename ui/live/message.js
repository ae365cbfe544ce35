// One message on the screen: original at once, translation over it, states below.

import { el, setAttributes, setText } from "./dom.js";
import { icon } from "./icons.js";
import { avatar, colourOf, nameOf } from "./people.js";
import { render, spoken } from "./text.js";
import { direction } from "./words.js";

const TOGETHER = 5 * 60 * 1000; // ms within which messages of one author stand together

export class Message {
  /** `data` as the room sent it, or {nonce, text, mine, pending} for one still on its way. */
  constructor(data, { words, reading, actions, aloud }) {
    Object.assign(this, { data, words, reading, actions, aloud });
    this.translations = new Map();
    this.original = false;
    this.day = el("div", { class: "day", role: "separator" });
    this.face = el("span", { class: "face" });
    this.author = el("span", { class: "author" });
    this.text = el("div", { class: "text" });
    this.source = el("div", { class: "source", hidden: true });
    this.note = el("div", { class: "note" });
    this.time = el("time", { class: "time" });
    this.speak = el("button", { type: "button", class: "speak", on: { click: () => aloud.toggle(this) } }, icon("speaker"));
    const foot = el("div", { class: "foot" }, this.note, this.speak, this.time);
    this.bubble = el("div", { class: "bubble" }, this.author, this.text, this.source, foot);
    this.article = el("article", { class: "message" }, this.face, this.bubble);
    this.element = el("div", { class: "entry" }, this.day, this.article);
    this.show();
  }

  get id() {
    return this.data.id ?? Infinity;
  }

  get date() {
    return new Date(this.data.created_at);
  }

  /** Another copy of it came (a resend, a reconnection): the newer one counts. */
  update(data) {
    this.data = { ...this.data, pending: false, refused: null, ...data };
    this.show();
  }

  translate(event) {
    const known = this.translations.get(event.language);
    if (known?.final && !known.error && !event.final) return; // a piece that came late
    this.translations.set(event.language, event);
    this.show();
    this.aloud.settled(this);
  }

  /** The reader chose other words or another language to read. */
  read(words, reading) {
    Object.assign(this, { words, reading });
    this.show();
  }

  /** True when nothing more is to come for it: a reconnection need not ask for it again. */
  get settled() {
    if (!this.#foreign) return true;
    const translation = this.#translation;
    return Boolean(translation?.final || translation?.error);
  }

  /** What of it is read aloud, and in which language. */
  get said() {
    const { text, language } = this.#shown ?? this.data;
    return { text: spoken(text), language: language ?? this.reading };
  }

  /** Offer to read it aloud, or to stop, where there is a voice for it. */
  offerReading() {
    const { words, aloud, speak } = this;
    const { text, language } = this.said;
    speak.hidden = !text || !aloud.can(language);
    if (speak.hidden) return;
    const pressed = String(aloud.reading === this);
    if (speak.getAttribute("aria-pressed") !== pressed) speak.replaceChildren(icon(pressed === "true" ? "stop" : "speaker"));
    setAttributes(speak, { "aria-pressed": pressed, "aria-label": words.say("voice.read"), title: words.say("voice.read") });
  }

  /** Stand below `previous`: share its author line and its day, or show one's own. */
  follow(previous) {
    const newDay = !previous || previous.date.toDateString() !== this.date.toDateString();
    const together =
      !newDay &&
      previous.data.author_id === this.data.author_id &&
      previous.data.mine === this.data.mine &&
      this.date - previous.date < TOGETHER;
    this.day.hidden = !newDay;
    if (newDay) this.day.replaceChildren(el("span", {}, this.words.day(this.date)));
    this.article.classList.toggle("first", !together);
  }

  show() {
    const { data, words } = this;
    const name = data.mine ? words.say("people.you") : nameOf({ name: data.author, host: data.host }, words);
    this.article.className = `message ${data.mine ? "mine" : "theirs"} hue-${colourOf(data.author_id)}${this.article.classList.contains("first") ? " first" : ""}`;
    this.article.classList.toggle("pending", Boolean(data.pending));
    setAttributes(this.article, { "aria-label": `${name}, ${words.time(this.date)}`, "aria-busy": this.#waiting ? "true" : null });
    setText(this.author, data.mine ? "" : name);
    if (!data.mine && !this.face.firstChild) this.face.append(avatar(data.author_id, name));
    setText(this.time, words.time(this.date));
    this.time.dateTime = data.created_at;
    this.#showText();
    this.note.replaceChildren(...this.#notes());
    this.offerReading();
  }

  get #foreign() {
    const { mine, language, pending } = this.data;
    return !mine && !pending && Boolean(language) && language !== this.reading;
  }

  get #translation() {
    return this.data.mine ? undefined : this.translations.get(this.reading);
  }

  get #waiting() {
    const translation = this.#translation;
    return Boolean(translation && !translation.final && !translation.error);
  }

  /** The translation, once there is some of it and it says something else than the original. */
  get #shown() {
    const translation = this.#translation;
    const useful = translation && !translation.error && translation.text;
    return useful && translation.text !== this.data.text ? translation : null;
  }

  #showText() {
    const translation = this.#shown;
    const text = translation ? translation.text : this.data.text;
    const language = translation ? translation.language : this.data.language;
    if (this.written !== text) {
      this.#hold(Boolean(translation));
      this.text.replaceChildren(render(text));
      this.written = text;
    }
    if (!this.#waiting) this.bubble.style.removeProperty("min-block-size");
    setAttributes(this.text, { lang: language, dir: direction(language) });
    this.source.hidden = !(translation && this.original);
    if (!this.source.hidden && this.source.textContent !== this.data.text) {
      this.source.replaceChildren(render(this.data.text));
    }
    setAttributes(this.source, { lang: this.data.language, dir: direction(this.data.language) });
  }

  /** While a translation streams over the original, the bubble does not shrink and grow. */
  #hold(translated) {
    if (!translated || !this.bubble.isConnected) return;
    if (!this.text.classList.contains("translated")) {
      this.bubble.style.setProperty("min-block-size", `${this.bubble.offsetHeight}px`);
      this.text.classList.add("translated");
    }
  }

  #notes() {
    const { data, words } = this;
    if (data.refused) return this.#refused();
    if (data.pending) return [note("clock", words.say("message.pending"))];
    const translation = this.#translation;
    if (translation?.error) return this.#failed(translation);
    if (this.#waiting) return [this.#progress(translation)];
    return this.#shown ? [this.#toggle()] : [];
  }

  #toggle() {
    const { words, data } = this;
    const from = data.language
      ? words.say("message.translated", { language: words.languageName(data.language) })
      : words.say("message.translated_unknown");
    const label = words.say(this.original ? "message.hide_original" : "message.show_original");
    return el(
      "button",
      { type: "button", class: "toggle", "aria-expanded": String(this.original), on: { click: () => this.actions.keep(() => this.#flip()) } },
      el("span", { class: "from" }, from),
      el("span", { class: "do" }, label),
    );
  }

  #flip() {
    this.original = !this.original;
    this.show();
    this.note.querySelector("button")?.focus({ preventScroll: true });
  }

  #progress({ progress }) {
    const { words, data } = this;
    if (!progress) return el("span", { class: "working" }, words.say("message.translating"), dots());
    const language = words.languageName(data.language ?? this.reading);
    if (typeof progress.share !== "number") {
      return el("span", { class: "working" }, words.say("message.preparing", { language }), dots());
    }
    return el(
      "span",
      { class: "working" },
      words.say("message.preparing_share", { language, percent: words.percent(progress.share) }),
      el("span", { class: "bar", style: { "--share": String(progress.share) } }),
    );
  }

  #failed(translation) {
    const known = `message.failed.${translation.error}` in this.words.strings;
    const key = known ? `message.failed.${translation.error}` : "message.failed";
    const { language } = this.data;
    const values = { language: this.words.languageName(language), target: this.words.languageName(this.reading) };
    const retry = { label: this.words.say("message.retry"), act: () => this.#retry() };
    return [note("alert", this.words.say(key, values)), small(retry, "retry")];
  }

  #retry() {
    if (!this.actions.retry(this.data.id)) return;
    this.translations.set(this.reading, { language: this.reading, text: "", final: false });
    this.show();
  }

  #refused() {
    const { words, data, actions } = this;
    return [
      note("alert", words.say("message.not_sent")),
      small({ label: words.say("message.send_again"), act: () => actions.resend(data.nonce) }, "retry"),
      small({ label: words.say("message.discard"), act: () => actions.discard(data.nonce) }, "close"),
    ];
  }
}

function note(name, text) {
  return el("span", { class: `state state-${name}` }, icon(name), text);
}

function small({ label, act }, name) {
  return el("button", { type: "button", class: "small", on: { click: act } }, icon(name), label);
}

function dots() {
  return el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i"));
}
