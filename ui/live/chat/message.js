// One message on the screen: who and when, what it replies to, its text, how it ended.

import { el, setAttributes, setChildren, setText } from "../dom.js";
import { icon, mark } from "../icons.js";
import { when } from "../when.js";
import { Actions, REACTIONS } from "./actions.js";
import { Editing } from "./editing.js";
import { quoteOf } from "./quote.js";
import { Sources } from "./sources.js";
import { typed } from "./typed.js";
import { Writing } from "./writing.js";

const NUMBERS = new Intl.NumberFormat("en");
const SETTINGS = ["needs_ai", "bad_key", "no_credit", "unknown_model", "unreachable"];
const UNREAD = ".code-block, .katex-mathml, .table";

export class Message {
  /** `data` as the socket sent it; `context`: what the thread gives to all of them. */
  constructor(data, context) {
    Object.assign(this, { data, context, note: null, made: new Map() });
    this.head = el("div", { class: "head" }, (this.author = el("strong", {})), (this.facts = el("span", {})));
    this.quote = el("button", { type: "button", class: "quoted", hidden: true, on: { click: () => context.desk.jump(this.data.quote.id) } });
    this.body = el("div", { class: data.role === "user" ? "body as-typed" : "body md" });
    this.writing = data.role === "user" ? null : new Writing(this.body);
    this.sources = data.role === "user" ? null : new Sources(this.body, (source) => context.desk.toSource(source));
    this.waiting = el("p", { class: "waiting", role: "status", hidden: true });
    this.foot = el("div", { class: "foot" });
    this.marks = el("div", { class: "marks" });
    this.actions = new Actions(this, context);
    const face = el("span", { class: "face", "aria-hidden": "true" }, data.role === "user" ? icon("person") : mark());
    this.bubble = el("div", { class: "bubble" }, this.quote, this.body, this.waiting);
    this.element = el("article", { class: `message ${data.role === "user" ? "mine" : "theirs"}` }, face, el("div", { class: "column" }, this.head, this.bubble, this.foot, this.actions.element));
    this.show();
  }

  get id() {
    return this.data.id;
  }

  get growing() {
    return this.data.status === "streaming";
  }

  /** Where it reads aloud: what is said of it, and that nothing more is to come. */
  get said() {
    const copy = this.body.cloneNode(true);
    for (const node of copy.querySelectorAll(UNREAD)) node.remove();
    const parts = [...copy.children].map((node) => node.textContent.trim()).filter(Boolean);
    return { text: parts.join("\n"), language: this.data.language ?? navigator.language };
  }

  get settled() {
    return !this.growing;
  }

  /** What is known of it now. */
  update(data) {
    const shorter = this.growing && data.status === "streaming" && data.id === this.id && data.text.length < this.data.text.length;
    this.data = { ...this.data, pending: false, ...data, ...(shorter ? { text: this.data.text } : {}) };
    this.note = null;
    this.show();
  }

  /** More of it has come, or what is waited for. */
  grow({ text, more, note }) {
    this.data.text = text ?? this.data.text + (more ?? "");
    this.note = note;
    this.#showText();
  }

  show() {
    const { data } = this;
    setText(this.author, data.author);
    setText(this.facts, this.#facts());
    this.element.dataset.id = data.id ?? "";
    this.element.id = data.id ? `message-${data.id}` : "";
    setAttributes(this.element, { "aria-label": `${data.author}, ${when(data.at)}`, "aria-busy": this.growing ? "true" : null });
    this.#showQuote();
    this.#showText();
    setChildren(this.foot, this.#footnotes());
    this.actions.show();
  }

  /** Change what one said, in its place; what is sent stands beside it. */
  edit(text = this.data.text) {
    if (this.editing) return this.editing.focus();
    const done = () => {
      this.editing.element.remove();
      this.editing = null;
      this.element.classList.remove("edited");
    };
    this.editing = new Editing(text, {
      onSend: (changed) => (done(), this.context.desk.say(changed, { beside: this.data, quote: this.data.quote })),
      onCancel: () => (done(), this.actions.focus("Edit")),
    });
    this.element.classList.add("edited");
    this.bubble.after(this.editing.element);
    return this.editing.focus();
  }

  /** Draw the eye to it for a moment. */
  point() {
    this.element.classList.remove("pointed");
    void this.element.offsetWidth; // begins the animation anew
    this.element.classList.add("pointed");
  }

  #facts() {
    const { at, tokens, seconds } = this.data;
    const known = [when(at), tokens && `${NUMBERS.format(tokens)} ${tokens === 1 ? "token" : "tokens"}`, typeof seconds === "number" && `${seconds.toFixed(1)} s`];
    return known.filter(Boolean).map((fact) => ` · ${fact}`).join("");
  }

  #showQuote() {
    const { quote } = this.data;
    this.quote.hidden = !quote;
    if (quote) this.quote.replaceChildren(...quoteOf(quote));
    if (quote) this.quote.setAttribute("aria-label", `In reply to ${quote.author}: ${quote.text}. Go there.`);
  }

  #showText() {
    const { text } = this.data;
    if (this.writing) this.writing.show(text, this.growing);
    else if (this.shown !== text) this.body.replaceChildren(typed(text));
    this.shown = text;
    if (this.data.searched) this.sources.show(this.data.sources);
    this.waiting.hidden = !this.growing || (Boolean(text) && !this.note);
    setText(this.waiting, this.waiting.hidden ? "" : (this.note ?? "Thinking…"));
  }

  #footnotes() {
    const { data, context } = this;
    const { remark, status, ending, code, used, shaped } = data;
    const parts = [];
    if (remark) parts.push(this.#same("remark", remark, () => el("p", { class: "remark" }, icon("swap"), remark)));
    if (status === "failed") parts.push(this.#same("failed", [code, ending], () => this.#failed()));
    else if (ending) parts.push(this.#same("ending", ending, () => el("p", { class: "remark" }, icon("pause"), ending)));
    if (["failed", "interrupted"].includes(status)) parts.push(this.#same("remedies", [status, Boolean(data.text)], () => this.#remedies()));
    if (data.searched) parts.push(...this.sources.footnotes(data.searched, this.growing));
    const made = () => [used?.length && context.used(used), shaped?.length && context.shaped(shaped)].filter(Boolean);
    if (used?.length || shaped?.length) parts.push(this.#same("made-with", [used, shaped], () => el("div", { class: "made-with" }, ...made())));
    if (data.reaction || data.bookmarked) parts.push(this.#marked());
    return parts;
  }

  /** What was made of the same before: a button replaced while it is pressed never hears of the click. */
  #same(name, of, make) {
    const key = JSON.stringify(of);
    if (this.made.get(name)?.key !== key) this.made.set(name, { key, element: make() });
    return this.made.get(name).element;
  }

  #failed() {
    const settings = SETTINGS.includes(this.data.code) ? el("a", this.context.goTo("settings"), "Open Settings") : null;
    return el("div", { class: "problem", role: "alert" }, icon("alert"), el("span", {}, this.data.ending), settings);
  }

  #remedies() {
    const { desk } = this.context;
    const remedy = (name, label, act) => el("button", { type: "button", class: "remedy", on: { click: act } }, icon(name), label);
    const go = this.data.status === "interrupted" && this.data.text ? remedy("play", "Continue", () => desk.goOn(this)) : null;
    return el("div", { class: "remedies" }, ...[go, remedy("retry", "Try again", () => desk.retry(this))].filter(Boolean));
  }

  #marked() {
    const { data, context } = this;
    const reaction = REACTIONS.find(({ kind }) => kind === data.reaction);
    const chip = (label, content, act) => el("button", { type: "button", class: "mark-chip", "aria-label": label, title: label, on: { click: act } }, content);
    const reacted = () => chip(`You reacted: ${reaction.label}. Take it back`, reaction.sign, () => context.desk.react(this, null));
    const bookmarked = () => chip("Bookmarked. Take the bookmark away", icon("bookmark"), () => context.desk.bookmark(this, false));
    setChildren(this.marks, [reaction && this.#same("reacted", reaction.kind, reacted), data.bookmarked && this.#same("bookmarked", true, bookmarked)].filter(Boolean));
    return this.marks;
  }
}
