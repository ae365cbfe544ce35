// The summary of a conversation: what it was about, what came of it, each point leading to its message.
//
//   const card = new SummaryCard({ onMessage, onTell });
//   card.follow(id, { ended });  card.refresh();  card.make();

import { el } from "../dom.js";
import { icon } from "../icons.js";
import { when } from "../when.js";

export const SHEET = "summary/summary.css";
const MOODS = [[0.5, "Good mood"], [0.15, "Rather good mood"], [-0.15, "Neutral mood"], [-0.5, "Rather tense"], [-1, "Bad mood"]];
const LISTS = [["decisions", "Decisions", "check"], ["questions", "Open questions", "help"], ["actions", "To do", "list"]];

export class SummaryCard {
  /** `onMessage(id)` leads to a message; `onTell(text)` shows a notice; `always`: also where there is none yet. */
  constructor({ onMessage, onTell = () => {}, always = false }) {
    Object.assign(this, { onMessage, onTell, always, id: null, ended: false, told: null, open: null, turn: 0 });
    this.element = el("section", { class: "summary", "aria-label": "Summary", hidden: true });
  }

  /** Show that of another conversation, null for none. */
  follow(id, { ended = false } = {}) {
    if (id !== this.id) Object.assign(this, { told: null, open: null });
    Object.assign(this, { id, ended });
    this.#draw();
    return this.refresh();
  }

  /** It has ended, or goes on. */
  end(ended) {
    this.ended = ended;
    this.open = null;
    this.#draw();
  }

  get exists() {
    return Boolean(this.told?.summary);
  }

  /** Read it again. */
  async refresh() {
    const { id } = this;
    const turn = (this.turn += 1);
    if (!id) return;
    const told = await ask("GET", `${id}/summary`).catch(() => null);
    if (turn !== this.turn || !told) return;
    this.told = told;
    this.#draw();
  }

  /** Have it made, now; it appears when it is there. */
  async make() {
    this.open = true;
    this.told = { ...this.told, summary: this.told?.summary ?? null, state: "running", error: null };
    this.#draw();
    try {
      await ask("POST", `${this.id}/generate-summary?wait=1`);
    } catch (error) {
      this.onTell(error.message);
    }
    await this.refresh();
  }

  #draw() {
    const { told } = this;
    const shown = told && (told.summary || told.state === "running" || told.state === "failed" || this.ended || this.always);
    this.element.hidden = !shown;
    if (!shown) return this.element.replaceChildren();
    if (this.always) return this.element.replaceChildren(el("div", { class: "summary-fold flat" }, ...this.#body(told)));
    const open = this.open ?? (this.ended || !told.summary);
    const fold = el("details", { class: "summary-fold", open: open || null }, this.#head(told), ...this.#body(told));
    fold.addEventListener("toggle", () => (this.open = fold.open));
    return this.element.replaceChildren(fold);
  }

  #head({ state, summary }) {
    const behind = summary?.behind ?? 0;
    const facts = state === "running" ? "Being written…" : behind ? `before the last ${behind === 1 ? "message" : `${behind} messages`}` : "";
    return el("summary", { class: "summary-head" }, icon("summary"), el("strong", {}, "Summary"), el("span", { class: "quiet", role: "status" }, facts), el("span", { class: "gap" }), state === "running" ? el("span", { class: "summary-spinner" }) : null, icon("chevron"));
  }

  #body({ state, summary, error, retry_at: retry }) {
    const parts = [];
    if (error) parts.push(el("p", { class: "summary-problem", role: "alert" }, icon("alert"), el("span", {}, `${error.message}${retry ? ` It is tried again ${soon(retry)}.` : ""}`)));
    if (this.always && state === "running") parts.push(el("p", { class: "quiet summary-busy", role: "status" }, el("span", { class: "summary-spinner" }), "Being written…"));
    if (this.always && summary?.behind) parts.push(el("p", { class: "quiet" }, `Before the last ${summary.behind === 1 ? "message" : `${summary.behind} messages`}:`));
    if (summary) parts.push(...this.#content(summary));
    else if (state === "none") parts.push(el("p", { class: "quiet" }, "There is no summary yet."));
    const label = error ? "Try again" : summary ? "Summarise again" : "Summarise now";
    const again = state === "running" ? null : el("button", { type: "button", class: "summary-again", on: { click: () => this.make() } }, icon("retry"), label);
    if (summary || again) parts.push(el("div", { class: "summary-foot" }, el("span", { class: "quiet" }, summary ? made(summary) : ""), again));
    return parts;
  }

  #content(summary) {
    const facts = { dir: "auto", lang: summary.language };
    const text = summary.text.split("\n").filter((line) => line.trim());
    const picked = summary.made_by === "extract";
    const said = picked ? el("ul", { class: "summary-picked" }, ...text.map((line) => el("li", facts, line))) : el("div", { class: "summary-text" }, ...text.map((line) => el("p", facts, line)));
    const lists = LISTS.filter(([kind]) => summary[kind].length).map(([kind, label, sign]) => el("div", { class: `summary-list ${kind}` }, el("h3", {}, icon(sign), label), el("ul", {}, ...summary[kind].map((point) => this.#point(point, facts)))));
    const chips = topicChips(summary);
    return [said, chips, ...lists].filter(Boolean);
  }

  #point({ text, who, due, message_id: id }, facts) {
    const about = [who, due && `due ${due}`].filter(Boolean).join(" · ");
    return el("li", {}, el("button", { type: "button", class: "summary-point", title: "Go to the message", on: { click: () => this.onMessage(id) } }, el("span", facts, text), about ? el("span", { class: "summary-who", dir: "auto" }, about) : null, icon("after")));
  }
}

/** Topics and mood as small chips; null where there are none. */
export function topicChips({ topics, sentiment }) {
  const chips = (topics ?? []).map((topic) => el("span", { class: "chip topic", dir: "auto" }, topic));
  if (sentiment !== null && sentiment !== undefined) chips.push(el("span", { class: "chip mood", dataset: { mood: sentiment > 0.15 ? "good" : sentiment < -0.15 ? "bad" : "even" } }, mood(sentiment)));
  return chips.length ? el("div", { class: "summary-chips" }, ...chips) : null;
}

function mood(sentiment) {
  return MOODS.find(([from]) => sentiment >= from)?.[1] ?? MOODS.at(-1)[1];
}

function made({ made_by: by, model, created_at: at, messages }) {
  const how = by === "extract" ? "Sentences picked from what was said, without an AI" : `Written by ${model ?? "an AI"}`;
  return `${how} · ${messages === 1 ? "1 message" : `${messages.toLocaleString("en")} messages`} · ${when(at)}`;
}

function soon(moment) {
  const minutes = Math.round((Date.parse(moment) - Date.now()) / 60_000);
  if (minutes < 1) return "in a moment";
  return minutes < 90 ? `in ${minutes} min` : `in ${Math.round(minutes / 60)} h`;
}

/** Ask the API about a conversation. Every failure is an Error that says what to do. */
export async function ask(method, path) {
  let answer;
  try {
    answer = await fetch(new URL(`/api/conversations/${path}`, window.location.href), { method });
  } catch {
    throw new Error("Parley does not answer. Check that it runs, and try again.");
  }
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  const { message } = await answer.json().catch(() => ({}));
  throw new Error(message ?? "That did not work. Reload the page and try again.");
}
