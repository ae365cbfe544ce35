// Nothing was found: what was looked for, and what to try instead.

import { el } from "../dom.js";
import { narrowings } from "./asked.js";

const QUOTES = /["“”„«»「」『』]/gu;
const MINUS = /(?<!\S)[-−](?:"[^"]*"?|\S+)\s*/gu;

/** `ask(change)`: look for what `change(asked)` makes of what is asked then; `toAI()`: ask the AI. */
export function nothing(asked, byMeaning, { ask, toAI }) {
  const q = asked.q.trim();
  const narrow = narrowings(asked);
  const looked = narrow.length ? `Looked only at: ${narrow.map((one) => one.label).join(", ")}.` : "Looked at all chats, rooms, slates and memories.";
  const how = q ? (byMeaning ? " By words and by meaning." : " By words alone.") : "";
  const tries = narrow.map(({ label, without }) => [`Without “${label}”`, () => ask(without)]);
  if (plain(q, QUOTES) !== q) tries.push(["Without quotation marks", () => ask((now) => ({ ...now, q: plain(q, QUOTES) }))]);
  if (plain(q, MINUS) !== q && plain(q, MINUS)) tries.push(["Without the minus", () => ask((now) => ({ ...now, q: plain(q, MINUS) }))]);
  if (q) tries.push(["Ask the AI", toAI]);
  return el(
    "div",
    { class: "nothing" },
    el("p", { class: "nothing-title" }, q ? "Nothing found for " : "Nothing found.", q ? el("bdi", {}, q) : null),
    el("p", {}, `${looked}${how}`),
    q ? el("p", {}, "Try fewer words or other ones, in any language.") : null,
    el("div", { class: "tries" }, ...tries.map(([label, act]) => el("button", { type: "button", class: "tool try", dir: "auto", on: { click: act } }, label))),
  );
}

function plain(q, what) {
  return q.replace(what, "").replace(/\s+/gu, " ").trim();
}
