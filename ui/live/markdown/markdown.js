// Markdown as DOM. Nothing in it is ever taken for HTML, and what comes out is cleaned once more.

import { el } from "../dom.js";
import "../vendor/dompurify/purify.js";
import { Marked } from "../vendor/marked/marked.js";
import { codeBlock } from "./code.js";
import { formulas, hasFormula } from "./formulas.js";
import { loaded, loadHighlight, loadKatex } from "./libraries.js";

const CLEAN = { RETURN_DOM_FRAGMENT: true, FORBID_TAGS: ["style", "form", "img", "video", "audio", "svg", "math"], ADD_ATTR: ["target"] };
const DIRECTED = "p, h1, h2, h3, h4, h5, h6, li, ul, ol, table, td, th, blockquote";
const SAFE = /^(?:https?:|mailto:)/i;
const CODE = /^[ \t>]*(?:`{3}|~{3})/m;

/** "[1]", as a reply cites its sources; where it has none it reads as written. */
const citations = {
  extensions: [
    {
      name: "citation",
      level: "inline",
      start: (text) => text.indexOf("["),
      tokenizer(text) {
        const found = /^\[(\d{1,3})\](?![(:[])|^\[(\d{1,3})\](?=\[\d{1,3}\])/.exec(text);
        return found ? { type: "citation", raw: found[0], number: found[1] ?? found[2] } : undefined;
      },
      renderer: ({ number }) => `<span class="cite" data-number="${number}">[${number}]</span>`,
    },
  ],
};

const marked = new Marked({ gfm: true }, formulas, citations, {
  tokenizer: { html: () => undefined, tag: () => undefined },
  renderer: {
    link({ href, tokens }) {
      const words = this.parser.parseInline(tokens);
      return SAFE.test(href) ? `<a href="${escaped(href)}" target="_blank" rel="noopener noreferrer nofollow">${words}</a>` : words;
    },
    // An image would be asked of another server: a link leaves that to the reader.
    image: ({ href, text }) => (SAFE.test(href) ? `<a href="${escaped(href)}" target="_blank" rel="noopener noreferrer nofollow">${escaped(text || href)}</a>` : escaped(text)),
    code: ({ text, lang }) => `<pre data-language="${escaped((lang ?? "").split(/\s/)[0])}">${escaped(text)}\n</pre>`,
    checkbox: ({ checked }) => (checked ? "☑ " : "☐ "),
  },
});

/** The blocks of a text, as `marked` tokens whose `raw` texts come to the whole. */
export function blocks(text) {
  return marked.lexer(text);
}

/** The nodes of tokens that `blocks` gave; `words` of the blocks of code. */
export function nodesOf(tokens, words) {
  const fragment = window.DOMPurify.sanitize(marked.parser(tokens), CLEAN);
  for (const node of fragment.querySelectorAll(DIRECTED)) node.dir = "auto";
  for (const table of fragment.querySelectorAll("table")) wrap(table);
  for (const pre of fragment.querySelectorAll("pre")) pre.replaceWith(codeBlock(pre.textContent.replace(/\n$/, ""), pre.dataset.language, words));
  fragment.querySelectorAll(".formula").forEach(show);
  return fragment;
}

/** Fetch what showing some texts needs; nothing where it is there. */
export function ready(texts) {
  const needs = [];
  if (!loaded.katex && texts.some(hasFormula)) needs.push(loadKatex());
  if (!loaded.hljs && texts.some((text) => CODE.test(text))) needs.push(loadHighlight());
  return needs.length ? Promise.all(needs) : null;
}

function wrap(table) {
  const box = el("div", { class: "table", tabindex: "0", role: "region", "aria-label": "Table" });
  table.replaceWith(box);
  box.append(table);
}

function show(place) {
  if (!loaded.katex) return;
  const displayMode = place.classList.contains("display");
  try {
    loaded.katex.render(place.textContent, place, { displayMode, throwOnError: false, strict: "ignore", trust: false });
  } catch {
    // as written
  }
}

function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
