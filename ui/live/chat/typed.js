// What a person typed, as typed: only fenced code is shown as code.

import { el } from "../dom.js";
import { codeBlock } from "../markdown/code.js";

const FENCE = /^ {0,3}(`{3,}|~{3,})[ \t]*([\w+#.-]*)[^\n`]*\n([\s\S]*?)(?:^ {0,3}\1[`~]*[ \t]*$|(?![\s\S]))/gm;

/** A fragment that shows `text`. */
export function typed(text) {
  const fragment = document.createDocumentFragment();
  let last = 0;
  for (const found of text.matchAll(FENCE)) {
    say(fragment, text.slice(last, found.index));
    fragment.append(codeBlock(found[3].replace(/\n$/, ""), found[2]));
    last = found.index + found[0].length;
  }
  say(fragment, text.slice(last));
  return fragment;
}

function say(fragment, words) {
  const shown = words.replace(/^\n+|\n+$/g, "");
  if (shown.trim()) fragment.append(el("div", { class: "typed", dir: "auto" }, shown));
}
