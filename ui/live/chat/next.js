// What one may want to ask next, below a reply that has just been written: a click says it.

import { el } from "../dom.js";
import { icon } from "../icons.js";

export class Next {
  /** `ask(wish)` of the line; `onSay(text)`. */
  constructor({ ask, onSay }) {
    Object.assign(this, { ask, onSay, wanted: null, asking: null });
    this.element = el("div", { class: "next", role: "group", "aria-label": "What to ask next", hidden: true });
    this.seen = () => this.#begin();
    document.addEventListener("visibilitychange", this.seen);
  }

  destroy() {
    document.removeEventListener("visibilitychange", this.seen);
  }

  /** A reply has been written before the reader's eyes. */
  after(message) {
    this.clear();
    this.wanted = message;
    this.#begin();
  }

  /** Whoever goes on by themself wants none. */
  clear() {
    if (this.asking) this.ask({ hush: this.asking }).catch(() => {});
    Object.assign(this, { wanted: null, asking: null });
    this.element.hidden = true;
    this.element.replaceChildren();
  }

  /** None is asked for while nobody looks. */
  async #begin() {
    const { wanted } = this;
    if (document.hidden || !wanted) return;
    Object.assign(this, { wanted: null, asking: wanted });
    const { questions } = await this.ask({ suggest: wanted }).catch(() => ({ questions: [] }));
    if (this.asking !== wanted) return;
    this.asking = null;
    this.#show(questions);
  }

  #show(questions) {
    const chip = (text) => el("button", { type: "button", class: "next-question", dir: "auto", on: { click: () => this.onSay(text) } }, icon("reply"), el("span", {}, text));
    this.element.replaceChildren(...questions.map(chip));
    this.element.hidden = !questions.length;
  }
}
