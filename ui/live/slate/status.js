// How it goes: progress, what was known, what went wrong and what to do about it.

import { el } from "../dom.js";
import { icon } from "../icons.js";
import { engineName, plural, TASKS } from "./wording.js";

export class Status {
  /** `onStop()`, `onResume()` with what is missing, `onAgain()` from the beginning. */
  constructor(actions) {
    this.actions = actions;
    this.element = el("div", { class: "how-it-goes" });
    this.shown = "";
  }

  /** `run`: what was last heard of it, or null. */
  show(run, options) {
    const facts = run && [run.status, run.done, run.count, run.note, run.remark, run.error, run.engine, run.used, run.stale, run.task, run.language, options.target, options.task, options.formality];
    const now = JSON.stringify(facts);
    if (now === this.shown) return;
    this.shown = now;
    this.element.replaceChildren(...(run ? this.#parts(run, options) : []));
  }

  #parts(run, options) {
    const parts = [];
    if (run.status === "running") parts.push(this.#progress(run));
    else if (run.status === "failed") parts.push(this.#failed(run));
    else if (["stopped", "interrupted"].includes(run.status)) parts.push(this.#stopped(run));
    else if (run.stale) parts.push(row("quiet", "The text has changed since.", this.#button("Bring it up to date", "onResume")));
    if (run.remark) parts.push(row("quiet", `Another model answered: ${run.remark}`));
    if (run.task === "translate" && run.language && run.language === run.target) parts.push(row("quiet", "The text is in this language already. Choose another one to translate into."));
    if (run.engine === "local" && options.formality && options.task === "translate") parts.push(row("quiet", "The translator on this computer knows no tone; an AI of your own does."));
    if (run.used?.length) parts.push(used(run));
    if (run.status === "complete" && run.engine && options.task === run.task) parts.push(row("quiet made-by", engineName(run.engine)));
    return parts;
  }

  #progress({ count, done, note, task }) {
    const share = count ? done / count : 0;
    const label = note ?? (count > 1 ? `${TASKS[task].doing}: ${done} of ${plural(count, "part")}` : `${TASKS[task].doing}…`);
    const bar = el("progress", { class: "progress", max: "1", value: count > 1 ? String(share) : null, "aria-label": TASKS[task].doing });
    return el("div", { class: "going" }, el("span", { role: "status" }, label), count > 1 || note ? bar : null, this.#button("Stop", "onStop", "stop"));
  }

  #failed({ error, code, count, done }) {
    const kept = count > 1 && done ? ` ${done} of ${plural(count, "part")} are finished and kept.` : "";
    const settings = ["needs_ai", "bad_key", "no_credit", "unknown_model"].includes(code) ? el("a", { href: "/settings" }, "Open Settings") : null;
    return el("div", { class: "failed", role: "alert" }, icon("alert"), el("span", {}, `${error}${kept}`), settings, this.#button("Try again", "onResume", "retry"));
  }

  #stopped({ status, count, done }) {
    const what = status === "stopped" ? "Stopped" : "Interrupted";
    return row("", count > 1 ? `${what} at ${done} of ${plural(count, "part")}.` : `${what}.`, this.#button("Resume", "onResume"));
  }

  #button(label, action, name = null) {
    return el("button", { type: "button", class: "small-button", on: { click: () => this.actions[action]() } }, name ? icon(name) : null, label);
  }
}

function row(kind, text, ...more) {
  return el("div", { class: `row-line ${kind}`.trim() }, el("span", {}, text), ...more);
}

function used({ used: known }) {
  const chips = known.map(({ id, kind, text }) =>
    el("li", { class: `chip ${kind}`, dir: "auto" },
      el("a", { href: `/memories?memory=${id}`, title: kind === "term" ? "From your glossary: correct it" : "From your memories: correct it" }, text)));
  return el("div", { class: "used" }, el("span", { class: "quiet" }, "Used:"), el("ul", { "aria-label": "Used" }, ...chips));
}
