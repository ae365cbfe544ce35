// What was found: a message, slate or memory, and those of one conversation together.

import { el, setText } from "../dom.js";
import { icon } from "../icons.js";
import { when } from "../when.js";

const ICONS = { chat: "bubble", room: "people", slate: "pen", memory: "memory" };
const NAMES = { chat: "Chat", room: "Room", slate: "Slate", memory: "Memory" };
const WORDS = 6; // of those that stand there, how many are named
const NEAR = 0.35; // from which nearness on one says "very"
const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const EXACT = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "short" });
const STEPS = [["year", 365 * 86400], ["month", 30 * 86400], ["week", 7 * 86400], ["day", 86400], ["hour", 3600], ["minute", 60]];

/** What a hit is, however often it is found. */
export function keyOf(hit) {
  return hit.message_id ? `m${hit.message_id}` : `${hit.slate_id ?? hit.memory_id}`;
}

/** Where it can be read: a page of the host's, and its query. */
export function placeOf(hit) {
  if (hit.kind === "slate") return { page: "slate", query: { slate: hit.slate_id } };
  if (hit.kind === "memory") return { page: "memories", query: { memory: hit.memory_id } };
  const message = String(hit.message_id);
  return hit.kind === "room" ? { page: "rooms", query: { room: hit.conversation_id, message } } : { page: "chat", query: { conversation: hit.conversation_id, message } };
}

/** The first hit of a conversation, with the others folded under it. */
export class Group {
  /** `desk`: address(place), open(event, hit), within(conversation). */
  constructor(hit, desk) {
    Object.assign(this, { desk, hits: [hit], conversation: hit.message_id ? hit.conversation_id : null });
    this.others = el("ul", { class: "others", hidden: true });
    this.says = el("span", {});
    this.fold = el("button", { type: "button", class: "fold", hidden: true, "aria-expanded": "false", on: { click: () => this.unfold(this.others.hidden) } }, icon("chevron"), this.says);
    this.element = el("li", { class: "group", dataset: { kind: hit.kind } }, row(hit, desk, true), this.fold, this.others);
  }

  add(hit) {
    this.hits.push(hit);
    this.others.append(el("li", {}, row(hit, this.desk, false)));
    this.fold.hidden = false;
    this.#say();
  }

  unfold(on) {
    this.others.hidden = !on;
    this.fold.setAttribute("aria-expanded", String(on));
    this.#say();
  }

  #say() {
    const more = this.hits.length - 1;
    setText(this.says, this.others.hidden ? `${more} more in this ${this.hits[0].kind === "room" ? "room" : "conversation"}` : "Show less");
  }
}

function row(hit, desk, whole) {
  const place = placeOf(hit);
  const reasons = why(hit);
  return el(
    "a",
    { class: "hit", href: desk.address(place), dataset: { key: keyOf(hit) }, on: { click: (event) => desk.open(event, place) } },
    el("span", { class: "hit-head" }, whole ? icon(ICONS[hit.kind]) : null, ...head(hit, whole), el("time", { datetime: hit.said_at, title: EXACT.format(new Date(hit.said_at)) }, ago(hit.said_at))),
    el("span", { class: "passage", dir: "auto", lang: hit.excerpt.language }, ...highlighted(hit.excerpt)),
    hit.translation ? el("span", { class: "passage translated", dir: "auto", lang: hit.translation.language }, ...highlighted(hit.translation)) : null,
    reasons ? el("span", { class: "why" }, reasons) : null,
  );
}

/** Who said it, and where. */
function head(hit, whole) {
  const who = speaker(hit);
  const title = hit.title || (hit.kind === "chat" ? "New chat" : "");
  const parts = [el("strong", { class: "who", dir: "auto" }, who ?? NAMES[hit.kind])];
  if (whole && title) parts.push(el("span", { class: "where", dir: "auto", title }, title));
  return [el("span", { class: "kind" }, NAMES[hit.kind]), ...parts];
}

function speaker(hit) {
  if (hit.kind === "slate") return null;
  if (hit.kind === "memory") return hit.speaker && `Memory, said by ${hit.speaker}`;
  if (hit.speaker) return hit.speaker;
  if (hit.role === "assistant") return hit.model || "AI";
  return hit.role === "guest" ? "Guest" : "You";
}

/** Why it was found, in plain words. */
export function why(hit) {
  const reasons = [];
  if (hit.words.length) reasons.push(`Words: ${hit.words.slice(0, WORDS).join(", ")}`);
  if (hit.meaning > 0) reasons.push(hit.meaning >= NEAR ? "Very close in meaning" : "Close in meaning");
  else if (!hit.words.length && hit.score > 0) reasons.push("Close in meaning");
  if (hit.named && hit.speaker) reasons.push(`Said by ${hit.speaker}`);
  return reasons.join(" · ");
}

/** A text's nodes, with the words looked for marked; places count characters, not UTF-16 units. */
export function highlighted({ text, marks }) {
  if (!marks.length) return [text];
  const chars = [...text];
  const nodes = [];
  let last = 0;
  for (const { begin, end } of marks) {
    nodes.push(chars.slice(last, begin).join(""), el("mark", {}, chars.slice(begin, end).join("")));
    last = end;
  }
  nodes.push(chars.slice(last).join(""));
  return nodes.filter((node) => node !== "");
}

/** `5 minutes ago`, `yesterday`; from a week on with the date. */
export function ago(moment, now = new Date()) {
  const seconds = (now - new Date(moment)) / 1000;
  const [unit, length] = STEPS.find(([, size]) => seconds >= size) ?? ["second", 1];
  if (unit === "second") return "just now";
  const days = unit === "day" ? Math.round((midnight(now) - midnight(moment)) / 86400000) : Math.floor(seconds / length);
  const said = RELATIVE.format(-days, unit);
  return seconds < 7 * 86400 ? said : `${said}, ${when(moment, now).replace(/, [\d:]+$/u, "")}`;
}

function midnight(moment) {
  return new Date(moment).setHours(0, 0, 0, 0);
}
