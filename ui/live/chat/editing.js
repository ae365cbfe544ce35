// A message of one's own, changed in its place.

import { el } from "../dom.js";

export class Editing {
  /** `onSend(text)`, `onCancel()`. */
  constructor(text, { onSend, onCancel }) {
    this.input = el("textarea", { class: "input", dir: "auto", rows: "1", "aria-label": "Your message, changed", on: { input: () => this.#grow(), keydown: (event) => this.#key(event) } });
    this.input.value = text;
    this.send = () => this.input.value.trim() && onSend(this.input.value.trim());
    this.cancel = onCancel;
    const button = (kind, label, act) => el("button", { type: "button", class: kind, on: { click: act } }, label);
    this.element = el("div", { class: "editing" }, this.input, el("div", { class: "remedies" }, button("remedy", "Cancel", onCancel), button("remedy main", "Send", this.send)));
  }

  focus() {
    this.#grow();
    this.input.focus({ preventScroll: true });
    this.element.scrollIntoView({ block: "nearest" });
  }

  #grow() {
    this.input.style.blockSize = "auto";
    this.input.style.blockSize = `${Math.min(this.input.scrollHeight + 2, 320)}px`;
  }

  #key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Escape") this.cancel();
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    this.send();
  }
}
