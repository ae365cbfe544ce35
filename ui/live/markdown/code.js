// A block of code: its language, a copy button, coloured where the language is known.

import { el, setText } from "../dom.js";
import { icon } from "../icons.js";
import { put } from "../clipboard.js";
import { loaded } from "./libraries.js";

const LONGEST = 30000; // characters up to which code is coloured
const COLOURED_AFTER = 250; // ms
const SAID_FOR = 1800; // ms

/** What stands at the button: its name, and how copying went. */
export const WORDS = { copy: "Copy the code", copied: "Copied", failed: "Not copied" };

/** The element of some code; `language` as it was named, or empty. */
export function codeBlock(text, language = "", words = WORDS) {
  const code = el("code", { tabindex: "0" });
  const copy = el("button", { type: "button", class: "copy-code", "aria-label": words.copy, title: words.copy }, icon("copy"));
  const block = el("div", { class: "code-block", dir: "ltr" }, el("div", { class: "code-head" }, el("span", {}, language), copy), el("pre", {}, code));
  block.dataset.language = language;
  copy.addEventListener("click", () => copied(copy, put(code.textContent), words));
  fill(code, text, language);
  return block;
}

/** Let a block that grows say more, in its place; the colours follow, for all of it is looked at. */
export function growCode(block, text) {
  const code = block.querySelector("code");
  const shown = code.textContent;
  if (text === shown) return;
  if (text.startsWith(shown)) code.append(text.slice(shown.length));
  else code.textContent = text;
  block.colouring ??= setTimeout(() => {
    block.colouring = null;
    fill(code, code.textContent, block.dataset.language);
  }, COLOURED_AFTER);
}

function fill(code, text, language) {
  const { hljs } = loaded;
  if (hljs?.getLanguage(language) && text.length < LONGEST) code.innerHTML = hljs.highlight(text, { language, ignoreIllegals: true }).value;
  else code.textContent = text;
}

/** Say at the button how copying went. */
export async function copied(button, work, words = WORDS) {
  const before = button.dataset.icon ?? "copy";
  let done = true;
  await work.catch(() => (done = false));
  button.replaceChildren(icon(done ? "check" : "alert"));
  button.title = done ? words.copied : words.failed;
  const live = el("span", { class: "said", role: "status" });
  button.append(live);
  setText(live, button.title);
  clearTimeout(button.timer);
  button.timer = setTimeout(() => {
    button.replaceChildren(icon(before));
    button.title = button.getAttribute("aria-label");
  }, SAID_FOR);
}
