// The result, part by part, in order, as it grows.

import { el, setAttributes } from "../dom.js";
import { markdown, wordsOf } from "./markdown.js";

const FEW = 60; // sentences up to which each can be reached with the Tab key

export class Result {
  /** `onSentence({place, sentence, nth, element})`: a sentence of a translation was chosen. */
  constructor({ onSentence }) {
    this.onSentence = onSentence;
    this.pieces = [];
    this.element = el("div", { class: "made", role: "region", "aria-label": "Result", tabindex: "-1" });
    this.element.addEventListener("click", (event) => this.#choose(event));
    this.element.addEventListener("keydown", (event) => event.key === "Enter" && this.#choose(event));
    this.drawn = new Map();
  }

  get text() {
    return this.pieces.map((piece) => piece.text).join("");
  }

  clear() {
    this.pieces = [];
    this.drawn.clear();
    this.element.replaceChildren();
  }

  /** Take what a run says; while it has no parts yet the last result stays, dimmed. */
  update(event, language) {
    Object.assign(this, { language, running: event.status === "running" });
    this.cuts = event.task === "translate" && !this.running;
    const waits = this.running && !event.count;
    if (!waits) this.#take(event);
    this.element.classList.toggle("stale", waits || event.stale);
    setAttributes(this.element, { lang: language, "aria-busy": this.running ? "true" : null });
    this.#draw();
  }

  #take({ count, pieces }) {
    this.pieces.length = Math.min(this.pieces.length, count);
    for (const { place, text, more, ...facts } of pieces) {
      const before = this.pieces[place];
      const now = text ?? (before?.text ?? "") + more;
      const old = before?.text || before?.old || "";
      this.pieces[place] = { text: now, old: now ? "" : old, ...facts };
    }
    if (!this.running) this.pieces.forEach((piece) => (piece.old = "")); // nothing new comes in its place
    for (let place = 0; place < count; place += 1) this.pieces[place] ??= { text: "", old: "", state: "waiting", ends: true };
  }

  #draw() {
    const groups = this.#groups();
    const few = this.pieces.reduce((sum, { text }) => sum + text.length, 0) < FEW * 100;
    for (const place of [...this.drawn.keys()]) {
      if (groups.some((group) => group.place === place)) continue;
      this.drawn.get(place).element.remove();
      this.drawn.delete(place);
    }
    for (const group of groups) this.#drawGroup(group, few);
  }

  /** Parts of one paragraph are shown as one. */
  #groups() {
    const groups = [];
    let open = null;
    this.pieces.forEach((piece, place) => {
      open ??= { place, pieces: [] };
      open.pieces.push(piece);
      if (!piece.ends && place + 1 < this.pieces.length) return;
      groups.push(open);
      open = null;
    });
    return groups;
  }

  #drawGroup({ place, pieces }, few) {
    const facts = JSON.stringify([pieces, this.cuts, this.language, few]);
    let known = this.drawn.get(place);
    if (known?.facts === facts) return;
    if (!known) {
      known = { element: el("div", { class: "part", dataset: { place: String(place) } }) };
      this.element.append(known.element);
      this.drawn.set(place, known);
      const after = [...this.drawn.keys()].filter((one) => one > place).sort((a, b) => a - b)[0];
      if (after !== undefined) this.drawn.get(after).element.before(known.element);
    }
    known.facts = facts;
    this.#fill(known.element, place, pieces, few);
  }

  #fill(element, place, pieces, few) {
    const text = pieces.map((piece) => piece.text || piece.old).join("");
    const waits = pieces.some((piece) => piece.state === "waiting" || piece.state === "running");
    const failed = pieces.find((piece) => piece.state === "failed");
    element.classList.toggle("old", pieces.some((piece) => piece.old));
    element.classList.toggle("grows", this.running && waits && Boolean(text));
    const content = text ? markdown(text, this.cuts ? (words, at) => this.#sentences(words, at, place, pieces, few) : undefined) : "";
    const skeleton = !text && waits && this.running ? el("div", { class: "skeleton", "aria-hidden": "true" }, el("i"), el("i"), el("i")) : "";
    const complaint = failed && this.pieces.length > 1 ? el("div", { class: "part-failed" }, "This part is missing.") : "";
    element.replaceChildren(content, skeleton, complaint);
  }

  #sentences(words, offset, place, pieces, few) {
    return sentences(words, this.language).map(([sentence, at]) => {
      const body = sentence.trim();
      const where = body && home(pieces, offset + at + sentence.indexOf(body), body);
      if (!where) return el("span", {}, ...wordsOf(sentence));
      const span = el("span", { class: "sentence", title: "Other ways to say this", tabindex: few ? "0" : null }, ...wordsOf(body));
      span.choice = { place: place + where.index, sentence: body, nth: where.nth };
      return el("span", {}, sentence.slice(0, sentence.indexOf(body)), span, sentence.slice(sentence.indexOf(body) + body.length));
    });
  }

  #choose(event) {
    const span = event.target.closest?.(".sentence");
    if (!span || event.target.closest("a")) return;
    event.preventDefault();
    this.onSentence({ ...span.choice, element: span });
  }
}

/** [[sentence, offset]]; one is never cut inside emphasis, code or a link. */
function sentences(text, language) {
  const found = [];
  const segmenter = new Intl.Segmenter(language ?? "en", { granularity: "sentence" });
  let begin = 0;
  for (const { segment, index } of segmenter.segment(text)) {
    const end = index + segment.length;
    if (!whole(text.slice(begin, end)) && end < text.length) continue;
    found.push([text.slice(begin, end), begin]);
    begin = end;
  }
  return found;
}

function whole(text) {
  const count = (sign) => text.split(sign).length - 1;
  return ["`", "**", "__", "~~"].every((sign) => count(sign) % 2 === 0) && count("[") === count("]") && count("(") === count(")");
}

/** Which of the pieces a sentence is in, and which of its like there; null where in none alone. */
function home(pieces, offset, sentence) {
  let begin = 0;
  for (const [index, { text }] of pieces.entries()) {
    if (offset >= begin && offset + sentence.length <= begin + text.length) {
      const nth = text.slice(0, offset - begin).split(sentence).length - 1;
      return { index, nth };
    }
    begin += text.length;
  }
  return null;
}

