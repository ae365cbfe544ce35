// What a reply was made of: numbers in its text that lead to where something was said, and below it
// the sources and what was looked for.

import { el } from "../dom.js";
import { icon } from "../icons.js";
import { when } from "../when.js";

const ICONS = { chat: "bubble", room: "people", slate: "globe", memory: "memory" };
const DAY = new Intl.DateTimeFormat("en", { day: "numeric", month: "long", year: "numeric" });
const A_DAY = 86_400_000;

/** `go(source)` shows where it was said. */
export class Sources {
  constructor(body, go) {
    Object.assign(this, { body, go, list: [] });
    body.addEventListener("click", (event) => this.#open(event));
    body.addEventListener("keydown", (event) => event.key === "Enter" && this.#open(event));
  }

  /** The numbers in the text become links to those of `sources` they name. */
  show(sources) {
    this.list = sources;
    for (const cite of this.body.querySelectorAll(".cite")) {
      const source = this.#of(cite);
      cite.classList.toggle("sourced", Boolean(source));
      if (!source) continue;
      cite.textContent = source.number;
      cite.title = `${whoSaid(source)}, ${when(source.said_at)}: ${source.excerpt}`;
      cite.setAttribute("role", "link");
      cite.tabIndex = 0;
      cite.setAttribute("aria-label", `Source ${source.number}: ${whoSaid(source)}`);
    }
  }

  /** The sources the text cites, and what was looked for. */
  footnotes(searched, growing) {
    if (!searched) return [];
    const cited = this.list.filter((source) => source.cited || this.body.querySelector(`.cite[data-number="${source.number}"]`));
    const items = cited.map((source) => this.#item(source));
    const told = el("p", { class: "searched" }, icon("search"), el("span", { dir: "auto" }, lookedFor(searched)));
    return [...(items.length && !growing ? [el("ul", { class: "sources", "aria-label": "Sources" }, ...items)] : []), told];
  }

  #item(source) {
    const facts = [whoSaid(source), DAY.format(new Date(source.said_at)), source.title].filter(Boolean).join(" · ");
    const button = el("button", { type: "button", class: "source", on: { click: () => this.go(source) } }, el("span", { class: "cite sourced", "aria-hidden": "true" }, String(source.number)), icon(ICONS[source.kind] ?? "bubble"), el("span", { class: "said" }, el("span", { class: "excerpt", dir: "auto" }, source.excerpt), el("span", { class: "facts", dir: "auto" }, facts)));
    return el("li", {}, button);
  }

  #open(event) {
    const cite = event.target.closest?.(".cite.sourced");
    const source = cite && this.#of(cite);
    if (source) this.go(source);
  }

  #of(cite) {
    return this.list.find(({ number }) => number === Number(cite.dataset.number));
  }
}

function whoSaid({ kind, role, speaker }) {
  if (kind === "memory") return "Memory";
  if (kind === "slate") return "Slate";
  return speaker ?? (role === "assistant" ? "AI" : "You");
}

function lookedFor({ queries, people, rooms, since, until, found }) {
  const parts = [`Searched for ${queries.map((query) => `“${query}”`).join(", ")}`];
  if (people.length) parts.push(`said by ${people.join(", ")}`);
  if (rooms.length) parts.push(`in ${rooms.map((room) => `“${room}”`).join(", ")}`);
  if (since) parts.push(period(new Date(since), new Date(until)));
  return `${parts.join(" · ")} · ${found === 1 ? "1 passage" : `${found} passages`}`;
}

function period(since, until) {
  const last = new Date(until.getTime() - A_DAY / 2);
  const [first, end] = [DAY.format(since), DAY.format(last)];
  return first === end ? first : `${first} – ${end}`;
}
