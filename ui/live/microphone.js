// The microphone of the composer: listens, shows that it does, hands over a text to be corrected.

import { canDictate, Dictation } from "./dictation.js";
import { el, setText } from "./dom.js";
import { icon } from "./icons.js";
import { canRecord, Recorder } from "./recorder.js";

const BARS = 5;
const SENTENCES = {
  denied: "voice.denied",
  no_microphone: "voice.no_microphone",
  microphone: "voice.no_microphone",
  no_speech: "voice.nothing",
  too_long: "voice.too_long",
  too_fast: "error.too_fast",
  busy: "error.too_fast",
  no_transcription: "voice.unavailable",
};
const TRY_AGAIN = ["too_fast", "busy"]; // and whatever has no sentence of its own

export class Microphone {
  /**
   * `transcribe(file, name, signal)` where the server writes down speech; `onText(text)`;
   * `onNotice(text)` for what is said once; `onListening(listens)`; `spoken`: the language the
   * browser is to hear, if not the one that is read.
   */
  constructor({ transcribe, onText, onNotice, onListening, spoken }) {
    Object.assign(this, { spoken, transcribe, onText, onNotice, onListening, seconds: 0, source: null, refused: false });
    this.button = el("button", { type: "button", class: "mic", hidden: true, "aria-pressed": "false", on: { click: () => this.#press() } }, icon("mic"));
    this.meter = el("span", { class: "meter", "aria-hidden": "true" }, ...Array.from({ length: BARS }, () => el("i")));
    this.clock = el("span", { class: "clock", role: "timer" });
    this.line = el("span", { class: "line-of-voice", role: "status" });
    this.again = el("button", { type: "button", class: "small", hidden: true, on: { click: () => this.source.finish() } });
    this.cancel = el("button", { type: "button", class: "round", on: { click: () => this.#close() } }, icon("close"));
    this.strip = el("div", { class: "strip", hidden: true }, this.meter, this.clock, this.line, this.again, this.cancel);
    this.escape = (event) => event.key === "Escape" && this.#close();
  }

  read(words, reading) {
    Object.assign(this, { words, reading });
    this.button.setAttribute("aria-label", words.say("voice.record"));
    this.button.title = words.say("voice.record");
    this.cancel.setAttribute("aria-label", words.say("voice.cancel"));
    this.again.replaceChildren(icon("retry"), words.say("message.retry"));
    this.#offer();
  }

  /** The server writes down recordings of so many seconds; 0 for none. */
  setSeconds(seconds) {
    this.seconds = seconds ?? 0;
    this.#offer();
  }

  destroy() {
    this.#close();
  }

  get #way() {
    if (this.seconds && canRecord()) return "record";
    return canDictate() ? "dictate" : null;
  }

  #offer() {
    this.button.hidden = this.refused || (!this.#way && !this.source);
  }

  #press() {
    if (this.state === "listening") this.source.finish();
    else if (!this.source || this.state === "failed") this.#open();
  }

  #open() {
    this.source?.cancel();
    const hear = {
      listening: () => this.#listen(),
      level: (level) => this.meter.style.setProperty("--level", level.toFixed(2)),
      interim: (text) => setText(this.line, text),
      writing: () => this.#show("writing", this.words.say("voice.writing")),
      text: (text) => this.#done(text),
      failed: (code, again) => this.#failed(code, again),
    };
    this.source = this.#way === "record" ? new Recorder(this.transcribe, hear) : new Dictation(this.spoken ?? this.reading, hear);
    document.addEventListener("keydown", this.escape);
    this.#show("asking", this.words.say("voice.asking"));
    this.onListening(true);
    this.source.start();
  }

  #listen() {
    const began = performance.now();
    const tick = () => {
      const seconds = Math.floor((performance.now() - began) / 1000);
      setText(this.clock, `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`);
      if (this.source instanceof Recorder && seconds >= this.seconds) this.source.finish();
    };
    this.#show("listening", this.words.say("voice.listening"));
    tick();
    this.timer = setInterval(tick, 250);
  }

  #done(text) {
    this.#close();
    this.onText(text);
  }

  #failed(code, again) {
    const sentence = this.words.say(SENTENCES[code] ?? "voice.failed");
    if (code === "no_transcription") this.#without();
    if (again && (TRY_AGAIN.includes(code) || !SENTENCES[code])) return this.#show("failed", sentence);
    if (code === "denied") this.#denied();
    this.#close();
    return this.onNotice(sentence);
  }

  /** Who writes down speech here does not do so after all: the browser may, or nobody. */
  #without() {
    if (this.source instanceof Recorder) this.seconds = 0;
    else this.refused = true;
  }

  /** Said once: the button goes, and comes back when the person has changed their mind. */
  async #denied() {
    const permission = await navigator.permissions?.query({ name: "microphone" }).catch(() => null);
    if (permission?.state === "prompt") return; // only waved away
    this.refused = true;
    this.#offer();
    permission?.addEventListener("change", () => {
      this.refused = permission.state === "denied";
      this.#offer();
    });
  }

  #show(state, sentence) {
    this.state = state;
    clearInterval(this.timer);
    this.strip.hidden = false;
    this.strip.dataset.state = state;
    setText(this.line, sentence);
    setText(this.clock, "");
    this.again.hidden = state !== "failed";
    this.button.setAttribute("aria-pressed", String(state === "listening"));
    this.button.disabled = state === "asking" || state === "writing";
    this.button.replaceChildren(icon(state === "listening" ? "stop" : "mic"));
    if (state !== "asking" && state !== "listening") this.onListening(false);
  }

  #close() {
    if (!this.source) return;
    this.source.cancel();
    this.source = null;
    document.removeEventListener("keydown", this.escape);
    this.#show("idle", "");
    this.strip.hidden = true;
    this.meter.style.removeProperty("--level");
    this.#offer();
  }
}
