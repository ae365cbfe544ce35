// What is to be made of the text: the task, the languages, the tone.

import { el, setAttributes, setText } from "../dom.js";
import { icon } from "../icons.js";
import { pickLanguage } from "../languages.js";
import { AUTO, FORMALITIES, STYLES, TASKS } from "./wording.js";

export class Toolbar {
  /** `onChange(changes)`: options were chosen; `onSwap()`; `root` is where sheets open. */
  constructor({ root, words, languages, onChange, onSwap, recent }) {
    Object.assign(this, { root, words, languages, onChange, onSwap, recent });
    this.tasks = el("div", { class: "tasks", role: "radiogroup", "aria-label": "What to do with the text" });
    for (const [task, { label }] of Object.entries(TASKS)) this.tasks.append(radio("task", task, label, () => onChange({ task })));
    this.source = pill("Language of the text", () => this.#pick("source"));
    this.swap = el("button", { type: "button", class: "round swap", title: "Swap sides", "aria-label": "Swap sides", on: { click: onSwap } }, icon("swap"));
    this.target = pill("Translate into", () => this.#pick("target"));
    this.reply = pill("Language of the result", () => this.#pick("reply_in"));
    this.formality = el("select", { class: "select", "aria-label": "Tone", on: { change: () => onChange({ formality: this.formality.value || null }) } });
    this.formality.append(...FORMALITIES.map(([value, label]) => el("option", { value }, label)));
    this.formatting = el("input", { type: "checkbox", on: { change: () => onChange({ keep_formatting: this.formatting.checked }) } });
    this.keep = el("label", { class: "check" }, this.formatting, el("span", {}, "Keep formatting"));
    this.styles = el("div", { class: "styles", role: "radiogroup", "aria-label": "How to rewrite" });
    for (const [style, label] of STYLES) this.styles.append(radio("style", style, label, () => onChange({ style })));
    this.instruction = el("input", {
      class: "input instruction", type: "text", maxlength: "2000", dir: "auto", autocomplete: "off", enterkeyhint: "done",
      on: { input: () => onChange({ instruction: this.instruction.value }, { typed: true }) },
    });
    const left = el("div", { class: "left" }, this.source);
    const half = el("div", { class: "half" }, el("div", { class: "right" }, this.target, this.reply), el("div", { class: "tone" }, this.formality, this.keep));
    const row = el("div", { class: "languages" }, left, this.swap, half);
    this.how = el("div", { class: "how" }, this.styles, this.instruction);
    this.element = el("div", { class: "toolbar" }, this.tasks, this.how, row);
  }

  /** Show options, and the language the text was found to be in. */
  show(options, detected) {
    const { task } = options;
    check(this.tasks, task);
    check(this.styles, options.style);
    const translates = task === "translate";
    const found = detected && detected !== options.source ? this.#name(detected) : null;
    name(this.source, options.source ? this.#name(options.source) : found ? `${found} · detected` : "Detect language");
    name(this.target, this.#name(options.target));
    name(this.reply, options.reply_in ? `In ${this.#name(options.reply_in)}` : "Same language");
    this.formality.value = options.formality ?? "";
    this.formatting.checked = options.keep_formatting;
    for (const one of [this.swap, this.target, this.formality]) one.hidden = !translates;
    this.reply.hidden = translates || task === "rewrite";
    this.styles.hidden = task !== "rewrite";
    this.instruction.hidden = translates || (task === "rewrite" && options.style !== "own");
    this.how.hidden = this.styles.hidden && this.instruction.hidden;
    const hint = TASKS[task].instruction ?? "";
    setAttributes(this.instruction, { placeholder: hint, "aria-label": hint });
    if (this.root.getRootNode().activeElement !== this.instruction) this.instruction.value = options.instruction;
    this.options = options;
    this.detected = detected;
  }

  #name(code) {
    return this.words.languageName(code);
  }

  #pick(which) {
    const optional = which !== "target";
    const none = { code: AUTO, name: which === "source" ? "Detect language" : "Same language as the text" };
    pickLanguage(this.root, {
      title: { source: "Language of the text", target: "Translate into", reply_in: "Language of the result" }[which],
      languages: optional ? [none, ...this.languages] : this.languages,
      current: this.options[which] ?? AUTO,
      words: this.words,
      first: [AUTO, ...this.recent()],
      onPick: (code) => this.onChange({ [which]: code === AUTO ? null : code }),
    });
  }
}

function radio(group, value, label, act) {
  return el("button", { type: "button", role: "radio", class: group, dataset: { value }, "aria-checked": "false", on: { click: act, keydown: step } }, label);
}

/** Arrow keys go through a group, as through radio buttons. */
function step(event) {
  const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  const all = [...event.currentTarget.parentElement.children];
  const next = all[(all.indexOf(event.currentTarget) + by + all.length) % all.length];
  next.focus();
  next.click();
}

function check(group, value) {
  for (const one of group.children) {
    const chosen = one.dataset.value === value;
    setAttributes(one, { "aria-checked": String(chosen), tabindex: chosen ? "0" : "-1" });
  }
}

function pill(label, act) {
  return el("button", { type: "button", class: "pill", title: label, dataset: { label }, on: { click: act } }, el("span"), icon("chevron"));
}

function name(button, text) {
  setText(button.firstElementChild, text);
  button.setAttribute("aria-label", `${button.dataset.label}: ${text}`);
}
