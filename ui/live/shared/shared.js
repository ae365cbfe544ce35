// A shared conversation, to be read. Plain ES modules, no build.
//
//   const view = mountShared(root, { token, state, language, strings, languages, interfaces, … });
//   view.destroy();

import { Connection } from "../connection.js";
import { el } from "../dom.js";
import { icon } from "../icons.js";
import { farewell } from "../join.js";
import { pickLanguage } from "../languages.js";
import { adopt } from "../markdown/libraries.js";
import { load, save } from "../storage.js";
import { styleSheets } from "../styles.js";
import { pickTheme } from "../themes.js";
import { match, Words } from "../words.js";
import { Bar } from "./bar.js";
import { openCopy } from "./copy.js";
import { Pages } from "./pages.js";
import { PasswordForm } from "./password.js";

const SHEETS = ["room.css", "messages.css", "join.css", "sheet.css", "markdown/markdown.css", "shared/shared.css"];
const PATIENCE = 900; // ms a lost line goes unmentioned
const AS_WRITTEN = "und"; // in the list of languages to read in

/**
 * Show what a link shows in `root`. Options:
 * - token: of the link; state: "open", "locked", "not_found" or "expired", as far as it is known
 * - strings, language, loadStrings, interfaces, languages, theme, themes: as of mountRoom
 * - preferencesKey: under which this browser remembers the language of the page
 * - onLanguage(code), onTitle(title): for the page around it
 */
export function mountShared(root, options) {
  const shared = new Shared(root, options);
  return { destroy: () => shared.destroy(), setTheme: (theme) => (shared.element.dataset.theme = theme) };
}

class Shared {
  constructor(root, options) {
    this.options = options;
    this.words = new Words(options.strings, options.language, options.languages);
    this.ticketKey = `parley-shared:${options.token}`;
    this.#build(root);
    const url = new URL(`../ws/shared/${encodeURIComponent(options.token)}`, location.href).href.replace(/^http/, "ws");
    this.connection = new Connection(url, {
      hello: () => ({ join: { ticket: load(this.ticketKey) ?? undefined } }),
      onEvent: (event) => this.#heard(event),
      onState: (state) => this.#line(state),
    });
    if (["not_found", "expired"].includes(options.state)) this.#end(options.state);
    else if (options.state === "locked" && !load(this.ticketKey)) this.#askPassword();
    else this.connection.start();
    this.#speak();
  }

  destroy() {
    clearTimeout(this.patience);
    this.connection.stop();
    this.pages?.destroy();
    this.element.remove();
    this.sheets.forEach((sheet) => sheet.remove());
  }

  #build(root) {
    const { options } = this;
    this.element = el("div", { class: "parley shared", style: { visibility: "hidden" }, dataset: { theme: options.theme ?? "auto" } });
    this.bar = new Bar({
      onReading: () => this.#pickReading(),
      onTheme: () => pickTheme(this.element, this.words, options.themes),
      onLanguage: () => this.#pickInterface(),
    });
    this.body = el("div", { class: "body" });
    this.copyWords = el("span", {});
    this.foot = el("footer", { class: "shared-foot", hidden: true }, el("button", { type: "button", class: "as-copy", on: { click: () => openCopy(this.element, this.words) } }, icon("copy"), this.copyWords));
    this.element.append(this.bar.element, this.body, this.foot);
    this.sheets = styleSheets(() => this.#appear(), SHEETS);
    root.append(...this.sheets, this.element);
    adopt(root);
  }

  #appear() {
    this.element.style.removeProperty("visibility");
    this.form?.input.focus();
  }

  // What comes over the line

  #heard(event) {
    if (event.event === "joined") this.#joined(event);
    else if (event.event === "conversation") this.#learn(event);
    else if (event.event === "tail") this.pages?.tail(event);
    else if (event.event === "older" || event.event === "newer") this.pages?.page(event);
    else if (event.event === "gone") this.#end(event.code);
    else if (event.code === "password_needed") this.#askPassword();
  }

  #joined(conversation) {
    this.#learn(conversation);
    if (!this.pages) {
      const { kind, live } = conversation;
      this.pages = new Pages({ words: this.words, reading: this.reading, kind, live, ask: (frame) => this.connection.send(frame) });
      this.#show("talking", this.pages.element);
    }
    this.foot.hidden = false;
    if (!conversation.live) this.pages.begin();
  }

  /** A title and languages, at first or other ones: what is read stays where it was chosen. */
  #learn(conversation) {
    const { reading } = this;
    this.conversation = conversation;
    if (!this.chosen) this.reading = match(navigator.languages ?? [], conversation.languages);
    this.options.onTitle?.(conversation.title);
    if (this.reading === reading) this.bar.show(this.words, conversation, reading);
    else this.#speak();
  }

  #line(state) {
    clearTimeout(this.patience);
    if (state === "lost") {
      this.pages?.lost();
      this.patience = setTimeout(() => this.bar.lost(this.words, true), PATIENCE);
    } else if (state === "joined") this.bar.lost(this.words, false);
  }

  // Coming in and going out

  #askPassword() {
    this.connection.stop();
    this.#forget();
    this.form = new PasswordForm(this.words, (password) => this.#try(password));
    this.#show("joining", this.form.element);
    this.form.input.focus();
  }

  /** What is wrong with a password, or nothing. */
  async #try(password) {
    const { words } = this;
    try {
      const answer = await fetch(`../api/shared/${encodeURIComponent(this.options.token)}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ password, limit: 1 }),
      });
      const said = await answer.json();
      if (answer.ok) return this.#enter(said.ticket);
      if (["not_found", "expired"].includes(said.code)) return this.#end(said.code);
      if (said.code === "too_many_guesses") return words.say("shared.wait", { time: span(said.details.seconds, words) });
      return words.say(answer.status === 401 ? "shared.wrong" : "error.other");
    } catch {
      return words.say("error.other");
    }
  }

  #enter(ticket) {
    save(this.ticketKey, ticket);
    this.form = null;
    this.connection.start();
  }

  #end(code) {
    this.connection.stop();
    this.#forget();
    this.ended = code;
    this.options.onTitle?.(null);
    this.#sayEnd();
    this.#speak();
  }

  #sayEnd() {
    const code = this.ended === "expired" ? "expired" : "link";
    const end = { title: this.words.say(`end.${code}.title`), text: this.words.say(`end.${code}.text`) };
    this.#show("ended", farewell(end));
  }

  #forget() {
    this.pages?.destroy();
    this.pages = this.conversation = this.form = null;
    this.foot.hidden = true;
    save(this.ticketKey, null);
  }

  #show(mode, element) {
    this.element.dataset.mode = mode;
    this.body.replaceChildren(element);
  }

  // Languages

  #speak() {
    const { words } = this;
    Object.assign(this.element, { lang: words.language, dir: words.direction });
    this.copyWords.textContent = words.say("shared.copy");
    this.bar.show(words, this.conversation, this.reading);
    this.pages?.read(words, this.reading);
    this.form?.read(words);
  }

  #pickReading() {
    const { words } = this;
    const list = this.conversation.languages.map((code) => words.known.get(code) ?? { code, name: words.languageName(code) });
    pickLanguage(this.element, {
      title: words.say("language.reading"),
      languages: [{ code: AS_WRITTEN, name: words.say("shared.as_written") }, ...list],
      current: this.reading ?? AS_WRITTEN,
      first: [AS_WRITTEN],
      words: asWritten(words),
      onPick: (code) => {
        this.chosen = true;
        this.reading = code === AS_WRITTEN ? null : code;
        this.#speak();
      },
    });
  }

  #pickInterface() {
    const { options, words } = this;
    pickLanguage(this.element, {
      title: words.say("language.page"),
      languages: options.interfaces,
      current: words.language,
      words,
      onPick: async (code) => {
        this.words = new Words(await options.loadStrings(code), code, options.languages);
        save(options.preferencesKey, { ...load(options.preferencesKey), page: code });
        options.onLanguage?.(code);
        if (this.ended) this.#sayEnd();
        this.#speak();
      },
    });
  }
}

/** `words` that call the originals what they are, instead of an unknown language. */
function asWritten(words) {
  return Object.assign(Object.create(words), {
    languageName: (code) => (code === AS_WRITTEN ? words.say("shared.as_written") : words.languageName(code)),
  });
}

/** Seconds as a person says them. */
function span(seconds, words) {
  const [value, unit] = seconds > 90 ? [Math.ceil(seconds / 60), "minute"] : [seconds, "second"];
  return new Intl.NumberFormat(words.locale, { style: "unit", unit, unitDisplay: "long" }).format(value);
}
