// A message as it is shown where another one replies to it: who said it, its beginning.

import { el } from "../dom.js";
import { icon } from "../icons.js";

const MARKS = /\*+|`+|^\s*(?:#{1,6}|>) +/gm;
const SHOWN = 300; // characters, more than fit

/** What to put into a quote. `role`: of who said it; what an AI said is Markdown. */
export function quoteOf({ role, author, text }) {
  const words = (role === "assistant" ? text.replace(MARKS, "") : text).slice(0, SHOWN);
  return [el("span", { class: "quoted-by" }, icon("reply"), author), el("span", { class: "quoted-text", dir: "auto" }, words)];
}
