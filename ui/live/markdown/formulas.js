// Formulas as language models write them: $x$, $$x$$, \(x\), \[x\], for `marked`. A price is none.

const PRICE = /^\$\d[\d.,]*(?:\s+(?:\p{L}{2}|[.,;:!?)\n])|[.,;:!?)]*(?:\n|$))/u;
const INLINE = /^\$(?=[^\s$])((?:\\.|[^$\\\n])*?[^\s\\$]|(?:\\.|[^$\\\n])*?\\[^\n])\$(?!\d)/;
const ROUND = /^\\\(((?:(?!\n[ \t]*\n)[\s\S])+?)\\\)/;
const DISPLAYS = [/^ {0,3}\$\$([\s\S]*?\S[\s\S]*?)\$\$/, /^ {0,3}\\\[([\s\S]*?\S[\s\S]*?)\\\]/];
const LONGEST = 4000; // characters after which what has not ended is taken for plain text
const ENDS = { "\\(": "\\)", "\\[": "\\]", $$: "$$" };

/** Whether there may be a formula in a text. */
export function hasFormula(text) {
  return /\$[^\s]|\\\(|\\\[|\$\$/.test(text);
}

/** A growing text without the formula that has only begun at its end. */
export function withoutBegun(text) {
  let cut = text;
  for (const found of text.matchAll(/\\\(|\\\[|\$\$/g)) {
    const rest = text.slice(found.index + 2);
    const before = text.slice(0, found.index);
    if (inCode(before) || closed(before, found[0])) continue;
    if (!rest.includes(ENDS[found[0]]) && rest.length < LONGEST) cut = text.slice(0, found.index);
    if (cut !== text) break;
  }
  return cut;
}

function inCode(before) {
  return (before.split("\n").at(-1).match(/`/g) ?? []).length % 2 === 1;
}

/** Whether this `$$` ends a formula instead of beginning one. */
function closed(before, mark) {
  return mark === "$$" && before.split("$$").length % 2 === 0;
}

const display = {
  name: "display",
  level: "block",
  start: (src) => src.match(/^ {0,3}(?:\$\$|\\\[)/m)?.index,
  tokenizer(src) {
    for (const pattern of DISPLAYS) {
      const found = pattern.exec(src);
      if (found) return { type: "display", raw: found[0], text: found[1].trim() };
    }
    return undefined;
  },
  renderer: ({ text }) => `<p>${place(text, true)}</p>\n`,
};

const formula = {
  name: "formula",
  level: "inline",
  start: (src) => src.match(/\$|\\\(|\\\[/)?.index,
  tokenizer(src) {
    if (PRICE.test(src)) return { type: "formula", raw: "$", plain: true };
    const found = ROUND.exec(src) ?? DISPLAYS[0].exec(src) ?? DISPLAYS[1].exec(src) ?? INLINE.exec(src);
    if (!found || /^ /.test(src)) return undefined;
    return { type: "formula", raw: found[0], text: found[1].trim() };
  },
  renderer: ({ text, plain }) => (plain ? "$" : place(text, false)),
};

function place(tex, block) {
  const escaped = tex.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return `<span class="formula${block ? " display" : ""}">${escaped}</span>`;
}

/** What `marked` is to know of formulas. */
export const formulas = { extensions: [display, formula] };
