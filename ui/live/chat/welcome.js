// How to begin: what this is, who answers, a few things to say.

import { el } from "../dom.js";
import { icon } from "../icons.js";

const SUGGESTIONS = [
  ["globe", "Help me translate", "How do I politely ask for the bill in Spanish, French and Japanese?"],
  ["pen", "Draft a message", "Write a short, friendly message that invites my neighbours to dinner on Saturday."],
  ["bulb", "Explain something", "Explain in simple words why the sky is blue and sunsets are red."],
];

const OPEN = { question: "bubble", action: "check", interest: "bulb" };

export class Welcome {
  /** `onSay(text)`; `goTo(page)` gives what makes a link to one of the host's pages. */
  constructor({ onSay, goTo }) {
    this.who = el("p", { class: "who-answers" });
    this.onSay = onSay;
    this.openings = el("div", { class: "openings", role: "group", "aria-label": "Where you left off", hidden: true });
    const suggestion = ([name, label, text]) => el("button", { type: "button", class: "suggestion", on: { click: () => onSay(text) } }, icon(name), label);
    const link = (page, name, label) => el("a", { class: "way", ...goTo(page) }, icon(name), label);
    this.element = el(
      "div",
      { class: "welcome", hidden: true },
      el("h2", {}, "What would you like to talk about?"),
      el("p", {}, "Ask anything, or begin with one of these. Every conversation is kept."),
      this.openings,
      el("div", { class: "suggestions" }, ...SUGGESTIONS.map(suggestion)),
      this.who,
      link("settings", "tune", "Choose another model, or bring a key of your own"),
      link("rooms", "people", "Open a room to talk across languages"),
    );
  }

  /** Who answers: {name, note}. */
  show({ name, note }) {
    this.who.replaceChildren(el("strong", {}, name), ` answers.${note ? ` ${note}` : ""}`);
  }

  /** How to go on from before: [{kind, text}]. */
  open(openings) {
    const opening = ({ kind, text }) => el("button", { type: "button", class: "opening", dir: "auto", on: { click: () => this.onSay(text) } }, icon(OPEN[kind]), el("span", {}, text));
    this.openings.replaceChildren(el("h3", {}, "Where you left off"), ...openings.map(opening));
    this.openings.hidden = !openings.length;
  }
}
