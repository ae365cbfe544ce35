// A text as DOM, line by line: Markdown reads as what it means, and every line break stays.

import { el } from "../dom.js";
import { inline, link } from "../text.js";

const FENCE = /^[ \t>]*(`{3,}(?=[^`]*$)|~{3,})/;
const HEADING = /^[ \t]{0,3}(#{1,6})[ \t]+/;
const ITEM = /^([ \t]*)(?:[-*+•]|(\d{1,9}[.)]))[ \t]+(?:\[([ xX])\][ \t]+)?/;
const QUOTE = /^[ \t]{0,3}>[ \t]?/;
const RULE = /^[ \t]{0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/;
const ROW = /^[ \t]*\|.*\|[ \t]*$/;
const BARS = /^[ \t]*\|(?:[ \t]*:?-+:?[ \t]*\|)+[ \t]*$/;
const MARKS = /(`+)(?!`)([^\n]+?)\1(?!`)|!?\[([^\[\]\n]+)\]\(([^()\s]+(?:\([^()\s]*\)[^()\s]*)*)(?: +"[^"\n]*")?\)|(\*{2,3}|__|~~)(?=[^\s*~])(.+?)(?<=[^\s])\5|(?<![\w*])([*_])(?=[^\s*_])(.+?)(?<=[^\s*_])\7(?![\w*])/g;
const TAGS = { "**": "strong", "***": "strong", __: "strong", "~~": "s" };

/** A fragment that shows `text`. `cut(words, offset)` may give nodes for a run of words instead. */
export function markdown(text, cut = (words) => wordsOf(words)) {
  const fragment = document.createDocumentFragment();
  const lines = split(text);
  for (let at = 0; at < lines.length; ) {
    const made = fence(lines, at) ?? table(lines, at, cut) ?? [line(lines[at], cut), 1];
    fragment.append(made[0]);
    at += made[1];
  }
  return fragment;
}

/** The nodes of some words with their emphasis, links and code. */
export function wordsOf(text) {
  const nodes = [];
  let last = 0;
  for (const found of text.matchAll(MARKS)) {
    nodes.push(...inline(text.slice(last, found.index)), marked(found));
    last = found.index + found[0].length;
  }
  return [...nodes, ...inline(text.slice(last))];
}

function marked([whole, tick, code, label, address, strong, loud, , quiet]) {
  if (tick) return el("code", { dir: "ltr" }, code);
  if (label) return link(address, label) ?? document.createTextNode(whole);
  if (strong) return el(TAGS[strong], {}, ...wordsOf(loud));
  return el("em", {}, ...wordsOf(quiet));
}

/** [{text, offset}], without the line breaks; the one at the very end makes no line. */
function split(text) {
  const lines = [];
  let offset = 0;
  for (const one of text.split("\n")) {
    lines.push({ text: one.replace(/\r$/, ""), offset });
    offset += one.length + 1;
  }
  if (lines.length > 1 && !lines.at(-1).text) lines.pop();
  return lines;
}

function fence(lines, at) {
  const opening = FENCE.exec(lines[at].text)?.[1];
  if (!opening) return null;
  let end = at + 1;
  const closes = ({ text }) => text.trim().startsWith(opening) && !text.trim().replaceAll(opening[0], "");
  while (end < lines.length && !closes(lines[end])) end += 1;
  const code = lines.slice(at + 1, end).map(({ text }) => text).join("\n");
  return [el("pre", { class: "code", dir: "ltr", tabindex: "0" }, el("code", {}, code)), Math.min(end + 1, lines.length) - at];
}

function table(lines, at, cut) {
  if (!ROW.test(lines[at].text) || !BARS.test(lines[at + 1]?.text ?? "")) return null;
  let end = at + 2;
  while (end < lines.length && ROW.test(lines[end].text)) end += 1;
  const row = ({ text, offset }, tag) => el("tr", {}, ...cells(text).map(([words, from]) => el(tag, { dir: "auto" }, ...cut(words, offset + from))));
  const body = lines.slice(at + 2, end).map((one) => row(one, "td"));
  const made = el("table", {}, el("thead", {}, row(lines[at], "th")), el("tbody", {}, ...body));
  return [el("div", { class: "table" }, made), end - at];
}

/** [[words, offset in the row]] */
function cells(row) {
  const found = [];
  for (const cell of row.matchAll(/(?<=\|)((?:\\\||[^|])*)(?=\|)/g)) {
    const lead = cell[1].length - cell[1].trimStart().length;
    found.push([cell[1].trim(), cell.index + lead]);
  }
  return found;
}

function line({ text, offset }, cut) {
  if (!text.trim()) return el("div", { class: "md blank" }, el("br"));
  if (RULE.test(text)) return el("hr");
  const heading = HEADING.exec(text);
  if (heading) return block(`h${heading[1].length}`, text, heading[0].length, offset, cut);
  const item = ITEM.exec(text);
  if (item) return listed(item, block("item", text, item[0].length, offset, cut));
  const quote = QUOTE.exec(text);
  if (quote) return block("quote", text, quote[0].length, offset, cut);
  return block("", text, 0, offset, cut);
}

function block(kind, text, begin, offset, cut) {
  const level = /^h(\d)$/.exec(kind)?.[1];
  const heading = level ? { role: "heading", "aria-level": level } : {};
  return el("div", { class: `md ${kind}`.trim(), dir: "auto", ...heading }, ...cut(text.slice(begin), offset + begin));
}

function listed([, indent, number, box], node) {
  node.style.setProperty("--depth", String(Math.min(4, Math.floor(indent.replaceAll("\t", "    ").length / 2))));
  node.dataset.bullet = box === undefined ? (number ?? "•") : box === " " ? "☐" : "☑";
  return node;
}
