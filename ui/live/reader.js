// What the reader reads: the words of the page, and the language of the conversation.

import { pickLanguage } from "./languages.js";
import { load, save } from "./storage.js";
import { match, Words } from "./words.js";

export class Reader {
  /**
   * `options` as of mountRoom; `reading` is the language read first. `onWords()` hears that
   * the page speaks another language, `onReading(code)` that another one is read.
   * While both are the same language, changing one changes the other.
   */
  constructor(options, reading, { onWords, onReading }) {
    Object.assign(this, { options, reading, onWords, onReading });
    this.words = new Words(options.strings, options.language, options.languages);
    this.preferences = load(options.preferencesKey) ?? {};
  }

  get name() {
    return this.preferences.name;
  }

  /** Keep something for the next room. */
  prefer(change) {
    this.preferences = { ...this.preferences, ...change };
    save(this.options.preferencesKey, this.preferences);
  }

  pickInterface(root) {
    const { words, options } = this;
    return pickLanguage(root, {
      title: words.say("language.page"),
      languages: options.interfaces,
      current: words.language,
      words,
      onPick: (code) => this.#speak(code, true),
    });
  }

  pickReading(root) {
    const { words, options } = this;
    return pickLanguage(root, {
      title: words.say("language.reading"),
      languages: options.languages,
      current: this.reading,
      first: (navigator.languages ?? []).map((tag) => match([tag], [...words.known.keys()])),
      words,
      onPick: (code) => this.read(code),
    });
  }

  /** Read in another language; the page follows where it can. */
  read(code) {
    const follows = this.#linked;
    this.#setReading(code);
    const page = this.#interfaceFor(code);
    if (follows && page && page !== this.words.language) this.#speak(page, false);
  }

  async #speak(code, andRead) {
    const follows = andRead && this.#linked;
    const strings = await this.options.loadStrings(code);
    this.words = new Words(strings, code, this.options.languages);
    this.prefer({ page: code });
    this.options.onLanguage?.(code);
    const same = match([code], [...this.words.known.keys()]);
    if (follows && same) this.#setReading(same);
    this.onWords();
  }

  #setReading(code) {
    if (code === this.reading) return;
    this.reading = code;
    this.prefer({ language: code });
    this.onReading(code);
  }

  get #linked() {
    return this.#interfaceFor(this.reading) === this.words.language;
  }

  #interfaceFor(code) {
    return match([code], (this.options.interfaces ?? []).map((one) => one.code));
  }
}
