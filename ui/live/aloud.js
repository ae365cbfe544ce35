// Messages read aloud with the browser's own voices: one on demand, or each new one in turn.

import { regional } from "./words.js";

const LONGEST = 180; // characters; Chrome falls silent in the middle of longer utterances
const SAME = { iw: "he", in: "id", nb: "no", nn: "no", tl: "fil" };

export class Aloud {
  /** `following`: read each new message; `onChange()` hears that what is read, or can be, changed. */
  constructor({ following, onChange }) {
    Object.assign(this, { following: Boolean(following), onChange, queue: [], awaited: new Set(), voices: new Map() });
    this.synthesis = window.SpeechSynthesisUtterance ? window.speechSynthesis : undefined;
    this.current = null; // {message, pieces, voice}
    this.held = false;
    this.changed = () => (this.voices.clear(), this.onChange());
    this.resume = () => this.#go();
    this.synthesis?.addEventListener?.("voiceschanged", this.changed);
  }

  destroy() {
    this.synthesis?.removeEventListener?.("voiceschanged", this.changed);
    this.stop();
  }

  /** Whether this browser has a voice for a language. */
  can(language) {
    return Boolean(this.#voice(language));
  }

  /** The message being read, or null. */
  get reading() {
    return this.current?.message ?? null;
  }

  /** Read a message now; the one being read stops, and nothing more follows. */
  toggle(message) {
    const same = this.reading === message;
    this.stop();
    if (!same) this.#queue(message);
  }

  /** Read each new message from now on, or no more. */
  follow(following) {
    this.following = following;
    if (!following) this.stop();
    this.onChange();
  }

  /** A new message of somebody else: its turn comes when it is there in the reader's language. */
  heard(message) {
    if (!this.following) return;
    this.awaited.add(message);
    this.settled(message);
  }

  settled(message) {
    if (message.settled && this.awaited.delete(message)) this.#queue(message);
  }

  /** Be quiet while the microphone listens; what came meanwhile is read afterwards. */
  hold(held) {
    this.held = held;
    if (held) this.#silence();
    else this.#go();
  }

  stop() {
    this.queue = [];
    this.awaited.clear();
    this.#silence();
    this.#now(null);
  }

  #queue(message) {
    const { text, language } = message.said;
    const voice = this.#voice(language);
    if (!voice || !text) return;
    this.queue.push({ message, voice, pieces: pieces(text, language) });
    if (!this.utterance) this.#go();
  }

  #go() {
    document.removeEventListener("pointerdown", this.resume);
    document.removeEventListener("keydown", this.resume);
    if (this.held || this.utterance) return;
    if (!this.current?.pieces.length) this.#now(this.queue.shift() ?? null);
    if (this.current) this.#say(this.current.pieces[0], this.current.voice);
  }

  #say(text, voice) {
    const utterance = new SpeechSynthesisUtterance(text);
    Object.assign(utterance, { voice, lang: voice.lang });
    this.utterance = utterance; // also keeps Chrome from collecting it, and its events, too early
    utterance.onend = () => this.utterance === utterance && this.#ended();
    utterance.onerror = ({ error }) => this.utterance === utterance && this.#failed(error);
    this.synthesis.resume();
    this.synthesis.speak(utterance);
  }

  #ended() {
    this.utterance = null;
    this.current?.pieces.shift();
    this.#go();
  }

  #failed(error) {
    this.utterance = null;
    // A page that nobody has touched yet may not speak: go on with the first touch.
    if (error === "not-allowed") {
      document.addEventListener("pointerdown", this.resume, { once: true });
      document.addEventListener("keydown", this.resume, { once: true });
    } else {
      this.current?.pieces.splice(0);
      this.#go();
    }
  }

  #silence() {
    if (!this.utterance) return;
    this.utterance = null;
    this.synthesis.cancel();
  }

  #now(current) {
    if (this.current === current) return;
    this.current = current;
    this.onChange();
  }

  #voice(language) {
    if (!this.synthesis || !language) return null;
    if (!this.voices.has(language)) this.voices.set(language, best(this.synthesis.getVoices(), language));
    return this.voices.get(language);
  }
}

/** The voice that suits a language best: of the same region, the browser's own choice. */
function best(voices, language) {
  const wanted = regional(language);
  const score = (voice) => (tag(voice) === wanted ? 4 : 0) + (voice.default ? 2 : 0) + (voice.localService ? 1 : 0);
  const fitting = voices.filter((voice) => base(tag(voice)) === base(wanted));
  return fitting.sort((one, other) => score(other) - score(one))[0] ?? null;
}

function tag(voice) {
  return voice.lang.replaceAll("_", "-");
}

function base(code) {
  const first = code.toLowerCase().split("-")[0];
  return SAME[first] ?? first;
}

/** A text in sentences, the longest of them cut between words. */
function pieces(text, language) {
  const sentences = window.Intl?.Segmenter
    ? [...new Intl.Segmenter(language, { granularity: "sentence" }).segment(text)].map(({ segment }) => segment)
    : [text];
  const cut = new RegExp(`.{1,${LONGEST}}(?:\\s|$)|.{1,${LONGEST}}`, "gsu");
  return sentences.flatMap((sentence) => sentence.match(cut) ?? []).map((one) => one.trim()).filter(Boolean);
}
