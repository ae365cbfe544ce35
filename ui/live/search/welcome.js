// The search before anything is asked: what it can do, tried on what was really said.

import { el } from "../dom.js";

const SEGMENTS = new Intl.Segmenter(undefined, { granularity: "word" });
const RECENT = 40;
const LONG = 5; // letters from which a word says something

/** A list of examples; `ask(question)` tries one. Resolves to null where nothing has been said. */
export async function welcome(api, choices, ask) {
  const recent = (await api.search({ since: "2000-01-01T00:00:00Z", kinds: ["chat", "room"], limit: RECENT })).hits;
  if (!recent.length) return null;
  const found = await examples(api, choices, recent);
  return el("ul", { class: "examples", "aria-label": "Examples" }, ...found.map(([what, question]) => el("li", {}, el("button", { type: "button", class: "example", dir: "auto", on: { click: () => ask(question) } }, question), el("span", { class: "quiet" }, what))));
}

async function examples(api, { people, topics }, recent) {
  const said = familiar(recent).map((hit) => words(hit.excerpt.text));
  const word = topics[0]?.toLowerCase() ?? said.flat().find((one) => one.length >= LONG);
  const about = word ? (await api.search({ q: word, limit: 20 })).hits : [];
  const other = about.length > 1 ? rare(familiar(about).map((hit) => words(hit.excerpt.text)), word) : null;
  const candidates = [
    ["Words, in any of their forms and in any language", word],
    ["A question, found by its meaning and by who said it", people.length && word && `What did ${people[0]} say about ${word}?`],
    ["In quotation marks: just these words, one after another", phrase(familiar(recent))],
    ["A minus: without what has this word", other && `${word} -${other}`],
  ].filter(([, question]) => question);
  const hits = await Promise.all(candidates.map(([, q]) => api.search({ q, limit: 1 })));
  return candidates.filter((_, i) => hits[i].hits.length);
}

/** Those in a language of the reader's first. */
function familiar(hits) {
  const own = navigator.languages.map((one) => one.split("-")[0]);
  const rank = ({ excerpt }) => (own.includes(excerpt.language?.split("-")[0]) ? 0 : 1);
  return [...hits].sort((a, b) => rank(a) - rank(b));
}

function words(text) {
  return [...SEGMENTS.segment(text)].filter((one) => one.isWordLike).map((one) => one.segment);
}

/** A word of one passage that not all of them have. */
function rare(said, without) {
  const all = said.map((some) => some.map((word) => word.toLowerCase()));
  return all.flat().find((word) => word.length >= LONG && word !== without && all.some((some) => !some.includes(word)));
}

/** Two words that stand together, quoted. */
function phrase(recent) {
  for (const { excerpt } of recent) {
    const found = /(?<![\p{L}\p{N}])(\p{L}{4,}) (\p{L}{4,})(?![\p{L}\p{N}])/u.exec(excerpt.text);
    if (found) return `"${found[0].toLowerCase()}"`;
  }
  return null;
}
