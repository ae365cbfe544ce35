// Voice in a room: its messages read aloud, and what its composer needs to hear.

import { Aloud } from "./aloud.js";
import { transcribe } from "./recorder.js";

export class Voice {
  /** `url` and `headers()` of who writes down recordings; `onChange()` as of Aloud. */
  constructor({ reader, url, headers, onChange }) {
    Object.assign(this, { reader, url, headers });
    this.aloud = new Aloud({ following: reader.preferences.aloud, onChange });
  }

  /** Whether new messages can be read aloud in the reader's language. */
  get offered() {
    return this.aloud.can(this.reader.reading);
  }

  /** Read each new message aloud, or no more; this browser remembers it. */
  toggle() {
    const on = !this.aloud.following;
    this.reader.prefer({ aloud: on });
    this.aloud.follow(on);
  }

  /** What the composer's microphone takes; `onNotice(text)` says a sentence once. */
  ears(onNotice) {
    const { url, headers, reader, aloud } = this;
    return {
      transcribe: (file, name, signal) =>
        transcribe(url, { headers: headers(), file, name, language: reader.reading, signal }),
      onNotice,
      onListening: (listens) => aloud.hold(listens),
    };
  }
}
