// A filter: a chip that says what is chosen, and its menu. One click takes the choice off.

import { el, setText } from "../dom.js";
import { icon } from "../icons.js";
import { place } from "../menu.js";

const MANY = 9; // choices from which on one can look for one by typing

/** `choices()`: [[value, label]]; `chosen()`: values; `shown()`: what of them the chip says; `choose(values)`. */
export class Picker {
  constructor({ label, choices, chosen, shown, choose, one = false, foot = null }) {
    Object.assign(this, { label, choices, chosen, shown, choose, one });
    this.says = el("span", {});
    this.button = el("button", { type: "button", class: "pill", "aria-haspopup": "menu", "aria-expanded": "false", on: { click: () => this.#open() } }, this.says, icon("chevron"));
    this.off = el("button", { type: "button", class: "off", hidden: true, on: { click: () => (this.choose([]), this.button.focus()) } }, icon("close"));
    this.list = el("div", { class: "options" });
    this.input = el("input", { class: "input", placeholder: "Find one", "aria-label": `Find a ${label.toLowerCase()}`, hidden: true, on: { input: () => this.#narrow() } });
    this.menu = el("div", { popover: "auto", class: "menu", role: "menu", "aria-label": label, on: { toggle: (event) => this.#toggled(event), keydown: (event) => this.#key(event) } }, this.input, this.list, ...(foot ? [foot] : []));
    this.element = el("span", { class: "filter", dataset: { name: label } }, this.button, this.off, this.menu);
    this.draw();
  }

  draw() {
    const says = this.shown();
    const able = this.choices().length > 0 || Boolean(says);
    this.element.hidden = !able;
    setText(this.says, says || this.label);
    this.says.dir = "auto";
    this.button.setAttribute("aria-label", says ? `${this.label}: ${says}` : this.label);
    this.off.hidden = !says;
    this.off.setAttribute("aria-label", `Remove ${this.label.toLowerCase()}: ${says}`);
    this.off.title = "Remove";
    this.element.classList.toggle("set", Boolean(says));
    if (this.menu.matches(":popover-open")) this.#mark();
  }

  close() {
    this.menu.hidePopover();
  }

  #open() {
    this.#list();
    this.menu.showPopover();
    place(this.menu, this.button);
    (this.list.querySelector("[aria-checked=true]") ?? this.list.querySelector("button"))?.focus();
  }

  #list() {
    const role = this.one ? "menuitemradio" : "menuitemcheckbox";
    const there = new Map(this.choices());
    for (const value of this.chosen()) if (!there.has(value)) there.set(value, value);
    this.list.replaceChildren(...[...there].map(([value, label]) => el("button", { type: "button", role, dataset: { value }, on: { click: () => this.#pick(value) } }, icon("check"), el("span", { dir: "auto" }, label))));
    this.input.hidden = there.size <= MANY;
    this.input.value = "";
    this.#mark();
  }

  #mark() {
    const chosen = this.chosen();
    for (const option of this.list.children) option.setAttribute("aria-checked", String(chosen.includes(option.dataset.value)));
  }

  #pick(value) {
    const chosen = this.chosen();
    const without = chosen.filter((one) => one !== value);
    this.choose(this.one ? [value] : without.length < chosen.length ? without : [...chosen, value]);
    if (this.one) this.close();
  }

  #narrow() {
    const wanted = this.input.value.trim().toLowerCase();
    for (const option of this.list.children) option.hidden = !option.textContent.toLowerCase().includes(wanted);
  }

  #toggled({ newState }) {
    this.button.setAttribute("aria-expanded", String(newState === "open"));
  }

  #key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const open = [...this.list.children].filter((option) => !option.hidden);
    const at = open.indexOf(this.menu.getRootNode().activeElement);
    const next = open[at < 0 && step < 0 ? open.length - 1 : at + step];
    if (event.target.type === "date") return;
    event.preventDefault();
    (next ?? (this.input.hidden ? open.at(step > 0 ? 0 : -1) : this.input))?.focus();
  }
}
