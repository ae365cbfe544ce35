// What was looked for, marked where it is found.

import { el } from "./dom.js";

/** A text as nodes, with the beginnings of the words looked for marked. */
export function marked(text, looked) {
  const words = looked.trim().split(/\s+/u).filter(Boolean).map((word) => word.replace(/[.*+?^${}()|[\]\\]/gu, "\\$&"));
  if (!words.length) return [text];
  const parts = text.split(new RegExp(`(${words.join("|")})`, "giu"));
  return parts.map((part, i) => (i % 2 ? el("mark", {}, part) : part)).filter(Boolean);
}
