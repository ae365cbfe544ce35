// The results: those of one conversation folded under the best of them.

import { el } from "../dom.js";
import { Group, keyOf } from "./result.js";

export class Results {
  /** `desk`: address(place), open(event, place). */
  constructor(desk) {
    this.desk = desk;
    this.element = el("ul", { class: "results", "aria-label": "Found" });
    this.#clear();
  }

  /** Show these hits instead of what is shown; what has the focus or is unfolded stays so. */
  show(hits) {
    const unfolded = new Set([...this.groups].filter(([, group]) => !group.others.hidden).map(([conversation]) => conversation));
    const focused = this.element.getRootNode().activeElement?.closest?.(".results .hit")?.dataset.key;
    this.#clear();
    this.#put(hits);
    for (const conversation of unfolded) this.groups.get(conversation)?.unfold(true);
    this.element.replaceChildren(...this.shown.map((group) => group.element));
    if (focused) this.#links().find((link) => link.dataset.key === focused)?.focus({ preventScroll: true });
  }

  /** Show further ones below; those of a conversation that is there go under it. */
  add(hits) {
    const { length } = this.shown;
    this.#put(hits);
    this.element.append(...this.shown.slice(length).map((group) => group.element));
  }

  /** Focus the one after (or before) another, the first of all after none; false at the ends. */
  step(from, by) {
    const links = this.#links();
    const next = links[links.indexOf(from?.closest(".hit, .fold")) + by];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
    return Boolean(next);
  }

  #clear() {
    this.keys = new Set();
    this.groups = new Map(); // by conversation
    this.shown = [];
  }

  #put(hits) {
    for (const hit of hits) {
      if (this.keys.has(keyOf(hit))) continue;
      this.keys.add(keyOf(hit));
      const known = hit.message_id && this.groups.get(hit.conversation_id);
      if (known) known.add(hit);
      else this.#begin(new Group(hit, this.desk));
    }
  }

  #begin(group) {
    if (group.conversation) this.groups.set(group.conversation, group);
    this.shown.push(group);
  }

  /** What the arrows go through. */
  #links() {
    return [...this.element.querySelectorAll(".hit, .fold")].filter((one) => !one.hidden && !one.closest(".others")?.hidden);
  }
}
