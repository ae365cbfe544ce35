// Speech written down by the browser itself, where no server does it.

import { regional } from "./words.js";

const PROBLEMS = {
  "not-allowed": "denied",
  "audio-capture": "no_microphone",
  "no-speech": "no_speech",
  network: "no_transcription",
  "service-not-allowed": "no_transcription",
  "language-not-supported": "no_transcription",
};

const Recognition = () => window.SpeechRecognition ?? window.webkitSpeechRecognition;

export function canDictate() {
  return Boolean(window.isSecureContext && Recognition());
}

export class Dictation {
  /** `language` that is spoken; tells `hear` as a Recorder does, and `interim(text)`. */
  constructor(language, hear) {
    this.hear = hear;
    this.problem = null;
    this.text = "";
    this.recognition = new (Recognition())();
    // On Android what is recognised continuously comes twice.
    const continuous = !/android/i.test(navigator.userAgent);
    Object.assign(this.recognition, { lang: regional(language), continuous, interimResults: true });
  }

  start() {
    const { recognition } = this;
    recognition.onstart = () => this.hear.listening();
    recognition.onresult = ({ results }) => this.#take([...results]);
    recognition.onerror = ({ error }) => (this.problem = PROBLEMS[error] ?? "other");
    recognition.onend = () => this.#end();
    recognition.start();
  }

  finish() {
    this.hear.writing();
    this.recognition.stop();
  }

  cancel() {
    this.hear = {};
    this.recognition.onend = this.recognition.onresult = this.recognition.onstart = null;
    this.recognition.abort();
  }

  #take(results) {
    this.text = results.map((result) => result[0].transcript).join("").trim();
    this.hear.interim(this.text);
  }

  /** What was understood counts, also where the end was a failure. */
  #end() {
    if (this.text) this.hear.text(this.text);
    else this.hear.failed(this.problem ?? "no_speech", false);
  }
}
