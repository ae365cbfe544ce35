// A message's text as DOM: links, inline code, fenced code. Never as HTML.

import { el } from "./dom.js";

const FENCE = /```([\w+#.-]*[ \t]*\n)?([\s\S]*?)(?:```|$)/g;
// A URL ends at space, quotes, and the full-width punctuation that follows it in CJK text.
const INLINE = /`([^`\n]+)`|\b(?:https?:\/\/|www\.)[^\s<>"'`\u2026\u3000-\u303f\uff00-\uffef]+/giu;

/** A fragment that shows `text`; the line breaks are kept by `white-space: pre-wrap`. */
export function render(text) {
  const fragment = document.createDocumentFragment();
  let last = 0;
  for (const found of text.matchAll(FENCE)) {
    fragment.append(...inline(text.slice(last, found.index).replace(/\n$/, "")));
    const code = found[2].replace(/\n$/, "");
    fragment.append(el("pre", { class: "code", dir: "ltr", tabindex: "0" }, el("code", {}, code)));
    last = found.index + found[0].length;
    if (text[last] === "\n") last += 1;
  }
  fragment.append(...inline(text.slice(last)));
  return fragment;
}

/** What one would say of a text: code is left out, an address is its site's name. */
export function spoken(text) {
  return text.replace(FENCE, "\n").replace(INLINE, (found, code) => code ?? site(found)).trim();
}

function site(found) {
  const address = withoutTail(found);
  return address.replace(/^https?:\/\//i, "").split("/")[0] + found.slice(address.length);
}

/** The nodes of a text without line breaks: its links and code. */
export function inline(text) {
  const nodes = [];
  let last = 0;
  for (const found of text.matchAll(INLINE)) {
    const shown = found[1] === undefined ? withoutTail(found[0]) : found[0];
    const node = found[1] === undefined ? link(shown) : el("code", { dir: "ltr" }, found[1]);
    if (!node) continue;
    nodes.push(text.slice(last, found.index), node);
    last = found.index + shown.length;
  }
  nodes.push(text.slice(last));
  return nodes.filter((node) => node !== "");
}

/** The punctuation after a link belongs to the sentence; a closing bracket only if none was opened. */
function withoutTail(url) {
  let end = url;
  for (;;) {
    const tail = end.at(-1);
    const unopened = tail === ")" && end.split("(").length < end.split(")").length;
    if (!unopened && !/[.,;:!?\]}*_]/.test(tail)) return end;
    end = end.slice(0, -1);
  }
}

/** A link whose words are its address; null where that is none. */
export function link(shown, words = shown) {
  const address = shown.toLowerCase().startsWith("www.") ? `https://${shown}` : shown;
  if (!isAddress(address)) return null;
  return el("a", { href: address, target: "_blank", rel: "noopener noreferrer nofollow", dir: words === shown ? "ltr" : null }, words);
}

function isAddress(text) {
  try {
    return Boolean(new URL(text).hostname);
  } catch {
    return false;
  }
}
