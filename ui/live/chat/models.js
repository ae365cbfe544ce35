// Who answers: the one chosen here, else who answered last, else the default.

import { el, setText } from "../dom.js";
import { icon } from "../icons.js";
import { openMenu } from "./menu.js";

const MANY = 8; // models from which on there is a search

export class Models {
  /** `root()` to open menus in; `onMore()` leads to where there are more. */
  constructor({ root, onMore }) {
    Object.assign(this, { root, onMore, choice: null, last: null, known: { default: "", entries: [], providers: {} } });
    this.label = el("span", {});
    this.button = el("button", { type: "button", class: "who", "aria-haspopup": "menu", on: { click: () => this.pick(this.button, (entry) => this.choose(entry)) } }, this.label, icon("chevron"));
  }

  /** What can be chosen: {default, entries: [{entry, label}], providers: {name: label}}. */
  take(known) {
    this.known = known;
    this.#show();
  }

  /** Another conversation, or another last reply in it. */
  follow(last) {
    this.last = last;
    this.#show();
  }

  choose(entry) {
    this.choice = entry;
    this.#show();
  }

  get answering() {
    const usable = [this.choice, this.last].find((entry) => entry && entry.split(":")[0] in this.known.providers);
    return usable ?? this.known.default;
  }

  /** "model · provider" of an entry. */
  named(entry) {
    const label = this.known.entries.find((one) => one.entry === entry)?.label;
    const [provider, ...model] = entry.split(":");
    return label ?? `${model.join(":")} · ${this.known.providers[provider] ?? provider}`;
  }

  /** Let the person pick one; `onPick(entry)`. */
  pick(anchor, onPick) {
    const now = this.answering;
    const entries = [...new Set([now, ...this.known.entries.map(({ entry }) => entry)])].filter(Boolean);
    const items = entries.map((entry) => this.#item(entry, entry === now, onPick));
    const none = el("p", { class: "quiet", hidden: true }, "No model has this in its name.");
    const list = el("div", { class: "menu-list" }, ...items, none);
    const more = el("button", { type: "button", class: "menu-item", role: "menuitem", on: { click: () => this.onMore() } }, icon("plus"), el("span", {}, "More models…"));
    const search = items.length > MANY ? [this.#search(items, none)] : [];
    openMenu(this.root(), anchor, [...search, list, more], "Who answers");
  }

  #item(entry, current, onPick) {
    const item = el("button", { type: "button", class: "menu-item", role: "menuitemradio", "aria-checked": String(current), on: { click: () => onPick(entry) } }, el("span", {}, this.named(entry)), current ? icon("check") : null);
    return item;
  }

  #search(items, none) {
    const input = el("input", { type: "search", class: "input", placeholder: "Search for a model", "aria-label": "Search for a model", autocomplete: "off" });
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLowerCase();
      for (const item of items) item.hidden = !item.textContent.toLowerCase().includes(wanted);
      none.hidden = items.some((item) => !item.hidden);
    });
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      items.find((item) => !item.hidden)?.click();
    });
    return input;
  }

  #show() {
    const { answering } = this;
    const name = answering ? this.named(answering) : "";
    setText(this.label, name);
    this.button.hidden = !name;
    this.button.setAttribute("aria-label", `Model: ${name}`);
    this.button.title = `${name} answers. Choose another model.`;
  }
}
