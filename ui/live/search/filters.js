// The filters of a search, and its order.

import { el } from "../dom.js";
import { HOST, KINDS, LISTS, named, periodName, PERIODS } from "./asked.js";
import { Picker } from "./picker.js";

const ORDERS = [["best", "Best first"], ["newest", "Newest first"]];

export class Filters {
  /** `asked()`: what is asked now; `change(changes)`: ask something else. */
  constructor({ asked, change }) {
    Object.assign(this, { asked, change });
    this.there = { kinds: KINDS, people: [[HOST, "You"]], languages: [], models: [], topics: [] };
    this.pickers = [this.#period(), ...LISTS.map(([name, , label]) => this.#list(name, label)), this.#conversation()];
    this.order = el("span", { class: "order", role: "radiogroup", "aria-label": "Order" }, ...ORDERS.map(([order, label]) => el("button", { type: "button", class: "tool", role: "radio", dataset: { order }, on: { click: () => change({ order }) } }, label)));
    this.element = el("div", { class: "filters", role: "toolbar", "aria-label": "Filters" }, ...this.pickers.map((one) => one.element));
    this.draw();
  }

  /** What there is to choose from, as `GET /api/search/choices` says. */
  offer({ languages, models, people, topics }) {
    const labelled = (name, values) => values.map((value) => [value, named(name, value)]);
    const byLabel = (a, b) => a[1].localeCompare(b[1]);
    this.there = { kinds: KINDS, people: labelled("people", [HOST, ...people]), languages: labelled("languages", languages).sort(byLabel), models: labelled("models", models).sort(byLabel), topics: labelled("topics", topics) };
    this.draw();
  }

  draw() {
    for (const one of this.order.children) one.setAttribute("aria-checked", String(one.dataset.order === this.asked().order));
    this.pickers.forEach((one) => one.draw());
  }

  #list(name, label) {
    const chosen = () => this.asked()[name];
    return new Picker({ label, chosen, choices: () => this.there[name], shown: () => chosen().map((one) => named(name, one)).join(", "), choose: (values) => this.change({ [name]: values }) });
  }

  #period() {
    const day = (label) => el("input", { type: "date", class: "input", "aria-label": label, max: "9999-12-31" });
    this.from = day("From");
    this.to = day("To");
    const foot = el("form", { class: "span", on: { submit: (event) => this.#span(event) } }, el("label", {}, "From", this.from), el("label", {}, "To", this.to), el("button", { type: "submit", class: "tool" }, "Show"));
    const picker = new Picker({
      label: "Time", one: true, foot, choices: () => PERIODS,
      chosen: () => [this.asked().period].filter((one) => one && one !== "custom"),
      shown: () => periodName(this.asked()),
      choose: ([period = ""]) => this.change({ period, since: "", until: "" }),
    });
    picker.menu.addEventListener("beforetoggle", () => ([this.from.value, this.to.value] = [this.asked().since, this.asked().until]));
    return picker;
  }

  #span(event) {
    event.preventDefault();
    const [since, until] = [this.from.value, this.to.value];
    const inOrder = since && until && since > until ? [until, since] : [since, until];
    this.pickers[0].close();
    this.change({ period: since || until ? "custom" : "", since: inOrder[0], until: inOrder[1] });
  }

  /** Set from a result, so there is nothing to choose from. */
  #conversation() {
    return new Picker({ label: "Conversation", chosen: () => [], choices: () => [], shown: () => (this.asked().conversation ? "This conversation" : ""), choose: () => this.change({ conversation: "" }) });
  }
}
