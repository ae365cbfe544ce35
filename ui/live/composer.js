// Where one writes: grows with the text, counts near the limit, keeps a draft.

import { el } from "./dom.js";
import { icon } from "./icons.js";
import { Microphone } from "./microphone.js";
import { forget, load, save } from "./storage.js";
import { direction } from "./words.js";

const TALLEST = 148; // px before it scrolls
const UNSPACED = new Set(["zh", "ja", "th", "lo", "km", "my"]); // languages without spaces between words

/** Characters as the room counts them: code points, not UTF-16 units. */
function lengthOf(text) {
  return [...text].length;
}

export class Composer {
  /**
   * `onSay(text)`; `draftKey` in storage or null; `voice`: what the Microphone takes, but `onText`;
   * `onStop()` where what one waits for can be stopped.
   */
  constructor({ words, reading, draftKey, onSay, onStop, voice }) {
    Object.assign(this, { words, reading, draftKey, onSay, limit: Infinity, busy: false });
    this.input = el("textarea", {
      rows: "1",
      class: "input",
      autocapitalize: "sentences",
      autocomplete: "off",
      enterkeyhint: touch() ? "enter" : "send",
      on: { input: () => this.#changed(), keydown: (event) => this.#key(event) },
    });
    this.counter = el("span", { class: "counter", role: "status", hidden: true });
    this.button = el("button", { type: "submit", class: "send" }, icon("send"));
    // Keeps the keyboard of a phone open while sending.
    this.button.addEventListener("mousedown", (event) => event.preventDefault());
    this.stop = onStop ? el("button", { type: "button", class: "send stop", hidden: true, "aria-label": "Stop", title: "Stop", on: { click: onStop } }, icon("stop")) : null;
    this.microphone = new Microphone({ ...voice, onText: (text) => this.insert(text) });
    const field = el("div", { class: "field" }, this.input, this.counter);
    const { strip, button } = this.microphone;
    this.element = el("form", { class: "composer", on: { submit: (event) => this.#submit(event) } }, strip, field, button, this.button, this.stop);
    this.input.value = load(draftKey) ?? "";
    this.read(words, reading);
    queueMicrotask(() => this.#changed());
  }

  read(words, reading) {
    Object.assign(this, { words, reading });
    this.input.setAttribute("aria-label", words.say("composer.label"));
    this.input.setAttribute("placeholder", words.say("composer.label"));
    this.button.setAttribute("aria-label", words.say("composer.send"));
    this.button.title = words.say("composer.send");
    this.microphone.read(words, reading);
    this.#changed();
  }

  /** `message_length` in characters, `recording_seconds`; as the room says on joining. */
  setLimits({ message_length: length, recording_seconds: seconds } = {}) {
    this.limit = length ?? Infinity;
    this.microphone.setSeconds(seconds);
    this.#changed();
  }

  /** Something is being waited for: nothing is sent until it is there, or stopped. */
  setBusy(busy) {
    this.busy = busy;
    this.stop.hidden = !busy;
    this.button.hidden = busy;
  }

  /** Write for something else: its draft is shown, unless what was written goes along. */
  keep(draftKey, { along = false } = {}) {
    if (draftKey === this.draftKey) return;
    if (along) forget(this.draftKey);
    this.draftKey = draftKey;
    if (!along) this.input.value = load(draftKey) ?? "";
    this.#changed();
  }

  destroy() {
    this.microphone.destroy();
  }

  /** Put a text where the cursor is, to be corrected before it is sent. */
  insert(text) {
    const { input } = this;
    const { selectionStart: start, selectionEnd: end, value } = input;
    const spaced = !UNSPACED.has(this.reading.split("-")[0]);
    const before = spaced && /\S$/.test(value.slice(0, start)) ? " " : "";
    const after = spaced && /^\S/.test(value.slice(end)) ? " " : "";
    input.setRangeText(before + text + after, start, end, "end");
    this.#changed();
    input.focus({ preventScroll: true });
  }

  focus() {
    const elsewhere = this.element.getRootNode().activeElement;
    if (!touch() && !elsewhere) this.input.focus({ preventScroll: true });
  }

  /** Give back a text that could not be said, unless something new is being written. */
  restore(text) {
    if (!this.input.value) this.input.value = text;
    this.#changed();
  }

  /** Take a text out of the field, if it still stands there; whether it did. */
  takeBack(text) {
    if (this.input.value.trim() !== text) return false;
    this.input.value = "";
    this.#changed();
    return true;
  }

  #key(event) {
    // While a Japanese or Chinese word is being composed, Enter chooses it.
    if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
    if (event.shiftKey || (touch() && !event.ctrlKey && !event.metaKey)) return;
    this.#submit(event);
  }

  #submit(event) {
    event.preventDefault();
    const text = this.input.value.trim();
    if (!text || lengthOf(text) > this.limit || this.busy) return;
    this.input.value = "";
    this.#changed();
    this.onSay(text);
    this.input.focus({ preventScroll: true });
  }

  #changed() {
    const { input } = this;
    // An empty field follows the reading language; what is written follows its own script.
    input.dir = input.value ? "auto" : direction(this.reading) === "rtl" ? "rtl" : this.words.direction;
    input.style.blockSize = "auto";
    input.style.blockSize = `${Math.min(input.scrollHeight, TALLEST)}px`;
    input.style.overflowY = input.scrollHeight > TALLEST ? "auto" : "hidden";
    this.#count();
    if (input.value) save(this.draftKey, input.value);
    else forget(this.draftKey);
  }

  #count() {
    const left = this.limit - lengthOf(this.input.value.trim());
    const near = left <= Math.min(200, Math.max(20, this.limit / 10));
    this.counter.hidden = !near || !this.input.value;
    this.counter.classList.toggle("over", left < 0);
    this.counter.textContent = this.counter.hidden
      ? ""
      : this.words.say(left < 0 ? "composer.over" : "composer.left", { count: this.words.number(Math.abs(left)) });
    this.button.disabled = !this.input.value.trim() || left < 0;
  }
}

/** True on a device whose first way of pointing is a finger. */
export function touch() {
  return window.matchMedia?.("(pointer: coarse)").matches ?? false;
}
