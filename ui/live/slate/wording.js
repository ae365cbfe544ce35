// The words of the slate page.

export const AUTO = "auto";
export const TASKS = {
  translate: { label: "Translate", doing: "Translating", empty: "The translation appears here as you type." },
  rewrite: { label: "Rewrite", doing: "Rewriting", empty: "The text appears here in better words.", instruction: "How should it be rewritten?" },
  explain: { label: "Explain", doing: "Explaining", empty: "What the text means appears here.", instruction: "What is unclear? (optional)" },
  answer: { label: "Answer", doing: "Answering", empty: "An answer you can send appears here.", instruction: "What do you want to say? (optional)" },
  summarise: { label: "Summarise", doing: "Summarising", empty: "What matters in the text appears here.", instruction: "What matters to you? (optional)" },
};
export const STYLES = [
  ["clearer", "Clearer"],
  ["shorter", "Shorter"],
  ["politer", "Politer"],
  ["correct", "Only correct it"],
  ["own", "In my words…"],
];
export const FORMALITIES = [
  ["", "Any tone"],
  ["formal", "Formal"],
  ["informal", "Informal"],
];

const NUMBERS = new Intl.NumberFormat("en");

/** "1,204 words · 7,310 characters" */
export function counted(text) {
  const words = [...new Intl.Segmenter("en", { granularity: "word" }).segment(text)].filter((one) => one.isWordLike).length;
  return `${plural(words, "word")} · ${plural([...text].length, "character")}`;
}

export function plural(count, noun) {
  return `${NUMBERS.format(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** Who made it, as people say it. */
export function engineName(engine) {
  if (!engine) return "";
  return engine === "local" ? "Translated on this computer" : engine.split("/").slice(1).join("/") || engine;
}
