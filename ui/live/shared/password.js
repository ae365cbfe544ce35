// The password of a shared conversation.

import { el, setText } from "../dom.js";
import { mark } from "../icons.js";

export class PasswordForm {
  /** `onTry(password)`: a promise of what is wrong, a sentence, or of nothing. */
  constructor(words, onTry) {
    this.onTry = onTry;
    this.heading = el("h1", {});
    this.text = el("p", { class: "tagline" });
    this.label = el("label", { for: "parley-password" });
    this.input = el("input", { id: "parley-password", class: "input", type: "password", autocomplete: "current-password", maxlength: "200", enterkeyhint: "go", dir: "auto", on: { input: () => this.#complain("") } });
    this.error = el("p", { class: "form-error", role: "alert", id: "parley-error" });
    this.button = el("button", { type: "submit", class: "primary" });
    const form = el("form", { class: "join-form", novalidate: true, on: { submit: (event) => this.#submit(event) } }, el("div", { class: "group" }, this.label, this.input), this.error, this.button);
    this.element = el("div", { class: "join" }, el("div", { class: "join-inner" }, el("div", { class: "join-head" }, mark(), this.heading, this.text), form));
    this.read(words);
  }

  read(words) {
    setText(this.heading, words.say("shared.title"));
    setText(this.text, words.say("shared.password_text"));
    setText(this.label, words.say("shared.password"));
    setText(this.button, words.say("shared.open"));
    this.#complain("");
  }

  async #submit(event) {
    event.preventDefault();
    if (!this.input.value || this.button.disabled) return this.input.focus();
    this.button.disabled = true;
    const wrong = await this.onTry(this.input.value);
    this.button.disabled = false;
    if (!wrong) return undefined;
    this.#complain(wrong);
    return this.input.select();
  }

  #complain(text) {
    setText(this.error, text);
    this.input.setAttribute("aria-invalid", String(Boolean(text)));
    this.input.setAttribute("aria-describedby", text ? "parley-error" : "");
  }
}
