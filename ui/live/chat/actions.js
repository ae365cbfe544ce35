// What can be done with a message: a row of buttons below it, and a menu with all of it.

import { el, setAttributes } from "../dom.js";
import { icon } from "../icons.js";
import { put } from "../clipboard.js";
import { copied } from "../markdown/code.js";
import { openMenu } from "./menu.js";

export const REACTIONS = [
  { kind: "like", sign: "👍", label: "Like" },
  { kind: "love", sign: "❤️", label: "Love" },
  { kind: "funny", sign: "😄", label: "Funny" },
  { kind: "dislike", sign: "👎", label: "Dislike" },
];

export class Actions {
  constructor(message, context) {
    Object.assign(this, { message, context, shown: null });
    this.element = el("div", { class: "bar", role: "toolbar", "aria-label": "What to do with this message" });
  }

  show() {
    const { data } = this.message;
    const facts = JSON.stringify([data.id, data.status, data.pending, data.variants, data.bookmarked]);
    if (facts === this.shown) return this.offerReading();
    this.shown = facts;
    const focus = this.element.getRootNode().activeElement?.closest?.(".bar") === this.element && this.element.getRootNode().activeElement.getAttribute("aria-label");
    this.element.replaceChildren(...(data.pending || data.status === "streaming" ? [] : this.#buttons()));
    this.offerReading();
    return focus ? this.focus(focus) : undefined;
  }

  focus(label) {
    this.element.querySelector(`[aria-label^="${label}"]`)?.focus({ preventScroll: true });
  }

  /** Whether it can be read aloud depends on the browser's voices, which come late. */
  offerReading() {
    if (!this.speak) return;
    const { aloud } = this.context;
    const reads = aloud.reading === this.message;
    const language = this.message.data.language ?? navigator.language;
    this.speak.hidden = !this.message.data.text || !aloud.can(language);
    const label = reads ? "Stop reading" : "Read aloud";
    if (this.speak.getAttribute("aria-label") === label) return;
    this.speak.replaceChildren(icon(reads ? "stop" : "speaker"));
    setAttributes(this.speak, { "aria-label": label, title: label });
  }

  #buttons() {
    const { data } = this.message;
    const { desk } = this.context;
    const mine = data.role === "user";
    this.speak = button("speaker", "", () => this.context.aloud.toggle(this.message));
    const copy = button("copy", "Copy", () => copied(copy, put(data.text)));
    const more = button("more", "More", () => this.#menu(more));
    more.classList.add("more");
    more.setAttribute("aria-haspopup", "menu");
    const again = mine ? button("pen", "Edit", () => this.message.edit()) : data.status === "complete" ? button("retry", "Try again", () => desk.retry(this.message)) : null;
    return [this.#variants(), copy, this.speak, again, button("reply", "Reply", () => desk.quote(this.message)), more].filter(Boolean);
  }

  /** ‹ 2 / 3 › */
  #variants() {
    const { variants, id } = this.message.data;
    if (!variants || variants.length < 2) return null;
    const at = variants.indexOf(id);
    const step = (name, label, by) => {
      const one = button(name, label, () => this.context.desk.choose(variants[at + by]));
      one.disabled = variants[at + by] === undefined;
      return one;
    };
    return el("span", { class: "variants", role: "group", "aria-label": "Variants" }, step("before", "Variant before", -1), el("span", { class: "which" }, `${at + 1} / ${variants.length}`), step("after", "Variant after", 1));
  }

  #menu(anchor) {
    const { message, context } = this;
    const { data } = message;
    const { desk } = context;
    const mine = data.role === "user";
    const item = (name, label, act, pressed) => ({ icon: name, label, act, pressed });
    const items = [
      this.#reactions(),
      item("copy", "Copy", () => desk.told(put(data.text), "Copied.")),
      this.speak.hidden ? null : item("speaker", this.speak.getAttribute("aria-label"), () => context.aloud.toggle(message)),
      item("reply", "Reply", () => desk.quote(message)),
      mine ? item("pen", "Edit", () => message.edit()) : item("retry", "Try again", () => desk.retry(message)),
      mine ? null : item("swap", "Try again with…", () => desk.retryWith(message, anchor)),
      item("branch", "Continue in a new conversation", () => desk.fork(message)),
      item("bookmark", data.bookmarked ? "Take the bookmark away" : "Bookmark", () => desk.bookmark(message, !data.bookmarked), data.bookmarked),
      item("link", "Copy link", () => desk.told(put(desk.linkTo(message)), "The link is copied.")),
      item("share", "Share from here on…", () => desk.share(message)),
    ];
    openMenu(context.root(), anchor, items.filter(Boolean), "What to do with this message");
  }

  #reactions() {
    const { message, context } = this;
    const now = message.data.reaction;
    const sign = ({ kind, sign: shown, label }) =>
      el("button", { type: "button", class: "sign", role: "menuitemcheckbox", "aria-checked": String(now === kind), "aria-label": label, title: label, on: { click: () => context.desk.react(message, now === kind ? null : kind) } }, shown);
    return el("div", { class: "signs", role: "group", "aria-label": "React" }, ...REACTIONS.map(sign));
  }
}

function button(name, label, act) {
  const made = el("button", { type: "button", class: "act", "aria-label": label, title: label, on: { click: act } }, icon(name));
  made.dataset.icon = name;
  return made;
}
