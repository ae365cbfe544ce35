// What was written here and has not come back from the room yet. Survives a reload.

import { load, save } from "./storage.js";

export class Outbox {
  /** `key` in the browser's storage; null keeps nothing over a reload. */
  constructor(key) {
    this.key = key;
    this.letters = (load(key) ?? []).filter((letter) => letter?.nonce && letter.text);
  }

  add(text) {
    const letter = { nonce: random(), text, at: new Date().toISOString() };
    this.letters.push(letter);
    this.#keep();
    return letter;
  }

  /** Returns the letter, or undefined where there was none. */
  remove(nonce) {
    const letter = this.letters.find((one) => one.nonce === nonce);
    this.letters = this.letters.filter((one) => one !== letter);
    if (letter) this.#keep();
    return letter;
  }

  empty() {
    this.letters = [];
    this.#keep();
  }

  /** The room refused it (an error code), or it shall be tried again (null). */
  refuse(nonce, code) {
    const letter = this.letters.find((one) => one.nonce === nonce);
    if (letter) letter.refused = code;
    this.#keep();
    return letter;
  }

  /** Letters to send, oldest first; refused ones wait for the writer. */
  waiting() {
    return this.letters.filter((letter) => !letter.refused);
  }

  #keep() {
    save(this.key, this.letters);
  }
}

/** 128 random bits or more, as text. */
export function random() {
  // randomUUID exists only on https and localhost; guests often come over plain http in a LAN.
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
