// The messages of a conversation: a window of them, a place to read that never jumps.

import { el } from "../dom.js";
import { icon } from "../icons.js";
import { ready } from "../markdown/markdown.js";
import { Message } from "./message.js";

const NEAR = 48; // px from the end that count as being there
const EARLY = 900; // px from either end at which more is fetched
const MOST = 240; // messages kept on the page

export class Thread {
  /** `context` of its messages; `read(way, id)` fetches a page "older" or "newer" than a message. */
  constructor(context, read) {
    Object.assign(this, { context, read, messages: [], earlier: false, later: false, pinned: true, top: 0, height: 0, asking: false, turn: 0 });
    this.older = el("div", { class: "older", hidden: true, "aria-hidden": "true" }, el("span", { class: "spinner" }));
    this.list = el("div", { class: "list", role: "log", "aria-label": "Messages", "aria-live": "polite" });
    this.after = el("div", { class: "after" });
    this.scroller = el("div", { class: "scroller", tabindex: "0", "aria-label": "Conversation", role: "region", on: { scroll: () => this.#scrolled() } }, this.older, this.list, this.after);
    this.newest = el("button", { type: "button", class: "newest", "aria-label": "Go to the newest message", title: "Go to the newest message", hidden: true, on: { click: () => this.toNewest() } }, icon("down"));
    this.element = el("div", { class: "log" }, this.scroller, this.newest);
    this.observer = new ResizeObserver(() => this.#settle());
    for (const one of [this.scroller, this.list, this.after]) this.observer.observe(one);
  }

  destroy() {
    this.observer.disconnect();
  }

  get last() {
    return this.messages.at(-1) ?? null;
  }

  find(id) {
    return this.messages.find((message) => message.id === id) ?? null;
  }

  /** Show a page of a conversation anew; `at`: the message to show, else the end. */
  async begin({ messages, earlier, later }, at = null) {
    const turn = (this.turn += 1);
    await ready(messages.map(({ text }) => text));
    if (turn !== this.turn) return;
    this.messages = messages.map((data) => new Message(data, this.context));
    Object.assign(this, { earlier, later, asking: false });
    this.list.replaceChildren(...this.messages.map(({ element }) => element));
    this.pinned = at === null;
    this.#ends();
    if (at === null) this.#toEnd();
    else this.point(at);
    this.more();
  }

  clear() {
    this.turn += 1;
    Object.assign(this, { messages: [], earlier: false, later: false, asking: false, pinned: true });
    this.list.replaceChildren();
    this.#ends();
  }

  /** What follows message `after` (null: from the beginning) is this; what is there already stays. */
  put(after, frames) {
    const from = after === null ? 0 : this.messages.findIndex(({ id }) => id === after) + 1;
    const old = this.messages.splice(from);
    const made = frames.map((data) => this.#again(data, old));
    this.keep(() => {
      old.filter((one) => !made.includes(one)).forEach((one) => one.element.remove());
      this.messages.push(...made);
      made.forEach(({ element }) => element.isConnected || this.list.append(element));
      if (this.pinned) this.#trimFront();
    });
    this.#ends();
  }

  /** Whether what follows a message can be put here. */
  has(after) {
    return !this.later && (after === null ? !this.earlier : Boolean(this.find(after)));
  }

  /** Make a change without moving what the reader looks at. */
  keep(change) {
    const anchor = this.pinned ? null : this.#firstVisible();
    const before = anchor?.getBoundingClientRect().top;
    change();
    if (this.pinned) this.#toEnd();
    else if (anchor?.isConnected) this.#move(anchor.getBoundingClientRect().top - before);
  }

  /** Whoever writes wants to see what they wrote. */
  follow() {
    this.pinned = true;
    this.#toEnd();
  }

  async toNewest() {
    if (this.later) await this.context.desk.toEnd();
    else this.follow();
  }

  /** Show a message in the middle and mark it for a moment; false where it is not here. */
  point(id) {
    const message = this.find(id);
    if (!message) return false;
    this.pinned = false;
    const { top, height } = message.element.getBoundingClientRect();
    const view = this.scroller.getBoundingClientRect();
    this.#move(top - view.top - Math.max(24, (view.height - height) / 3));
    message.point();
    return true;
  }

  #again(data, old) {
    const same = (one) => one.id === data.id || (one.data.pending && one.data.role === data.role);
    const known = old.find((one) => one.id === data.id) ?? old.find(same);
    if (!known) return new Message(data, this.context);
    known.update(data);
    return known;
  }

  #ends() {
    this.older.hidden = !this.earlier;
    this.#offerNewest();
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const left = scrollHeight - clientHeight - scrollTop;
    if (left < NEAR && !this.later) this.pinned = true;
    else if (scrollTop < this.top && scrollHeight >= this.height) this.pinned = false;
    this.top = scrollTop;
    this.height = scrollHeight;
    this.#offerNewest();
    this.more();
  }

  #settle() {
    if (this.pinned) this.#toEnd();
    this.height = this.scroller.scrollHeight;
    this.#offerNewest();
  }

  /** Fetch what lies beyond the ends that are near. */
  more() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    if (this.earlier && scrollTop < EARLY) this.#fetch("older");
    else if (this.later && scrollHeight - clientHeight - scrollTop < EARLY) this.#fetch("newer");
  }

  async #fetch(way) {
    if (this.asking || !this.messages.length) return;
    this.asking = true;
    const { turn } = this;
    const end = way === "older" ? this.messages[0] : this.last;
    const page = await this.read(way, end.id).catch(() => null);
    if (page) await ready(page.messages.map(({ text }) => text));
    if (turn !== this.turn) return;
    this.asking = false;
    if (!page || !this.messages.includes(end)) return;
    this.keep(() => (way === "older" ? this.#addOlder(page) : this.#addNewer(page)));
    this.#ends();
    this.more();
  }

  #addOlder({ messages, earlier }) {
    const made = messages.map((data) => new Message(data, this.context));
    this.messages.unshift(...made);
    this.list.prepend(...made.map(({ element }) => element));
    this.earlier = earlier;
    const over = this.messages.splice(MOST);
    over.forEach(({ element }) => element.remove());
    this.later ||= over.length > 0;
  }

  #addNewer({ messages, later }) {
    const made = messages.map((data) => new Message(data, this.context));
    this.messages.push(...made);
    this.list.append(...made.map(({ element }) => element));
    this.later = later;
    this.#trimFront();
  }

  #trimFront() {
    const over = this.messages.splice(0, Math.max(0, this.messages.length - MOST));
    over.forEach(({ element }) => element.remove());
    this.earlier ||= over.length > 0;
  }

  #firstVisible() {
    const { top } = this.scroller.getBoundingClientRect();
    return this.messages.find(({ element }) => element.getBoundingClientRect().bottom > top)?.element;
  }

  #move(by) {
    this.scroller.scrollTop += by;
    this.top = this.scroller.scrollTop;
  }

  #toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.top = this.scroller.scrollTop;
    this.newest.hidden = true;
  }

  #offerNewest() {
    this.newest.hidden = (this.pinned && !this.later) || !this.messages.length;
  }
}
