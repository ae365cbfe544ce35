// How far what was said can be found, and what is wrong: quiet lines above the results.

import { el, setText } from "../dom.js";

const EVERY = 3000; // ms while the index is behind
const BEHIND = 10; // fewer than these are there in a moment

export class State {
  /** `caughtUp()`: more can be found now. */
  constructor(api, caughtUp) {
    Object.assign(this, { api, caughtUp, complaint: null, byMeaning: true, index: null });
    this.wrong = el("p", { class: "wrong", role: "alert", hidden: true });
    this.line = el("p", { class: "quiet behind", role: "status", hidden: true });
    this.element = el("div", { class: "state" }, this.wrong, this.line);
  }

  destroy() {
    clearTimeout(this.timer);
    this.watch = () => {};
  }

  /** Ask how far the index is, again and again while it is behind. */
  async watch() {
    const index = await this.api.index().catch(() => this.index);
    if (this.isBehind && index && !behind(index)) this.caughtUp();
    this.index = index;
    this.#draw();
    if (this.isBehind) this.timer = setTimeout(() => this.watch(), EVERY);
  }

  get isBehind() {
    return Boolean(this.index && behind(this.index));
  }

  /** Something is wrong; null: not any more. */
  complain(text) {
    setText(this.wrong, text ?? "");
    this.wrong.hidden = !text;
  }

  /** Whether what is shown was looked for by its meaning, too. */
  meaning(on) {
    if (on && !this.byMeaning) this.watch();
    this.byMeaning = on;
    this.#draw();
  }

  #draw() {
    const text = this.#text();
    setText(this.line, text);
    this.line.hidden = !text;
  }

  #text() {
    if (!this.byMeaning || (this.index && this.index.to_embed === null)) return "The index by meaning does not answer: this was found by its words alone.";
    if (!this.isBehind) return "";
    const { to_read: unread, to_embed: waiting } = this.index;
    if (unread >= BEHIND) return `${count(unread)} messages are still being read, and are not found yet.`;
    return `${count(waiting)} passages are found by their words; by their meaning in a while.`;
  }
}

function behind({ to_read: unread, to_embed: waiting }) {
  return unread >= BEHIND || waiting === null || waiting >= BEHIND;
}

function count(n) {
  return n.toLocaleString("en");
}
