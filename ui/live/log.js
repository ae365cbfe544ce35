// The conversation: messages in order, a place to read that never jumps.

import { el } from "./dom.js";
import { icon } from "./icons.js";
import { Message } from "./message.js";

const NEAR = 60; // px from the end that count as being there
const EARLY = 500; // px from the top at which older messages are fetched

export class Log {
  /**
   * `actions`: retry(id), resend(nonce), discard(nonce), older(id); `aloud` reads messages; `aim`:
   * the message to show first, however far back it is.
   */
  constructor({ words, reading, actions, aloud, aim = null }) {
    this.context = { words, reading, aloud, actions: { ...actions, keep: (change) => this.keep(change) } };
    this.messages = [];
    this.byId = new Map();
    this.orphans = new Map(); // translations that came before their message
    this.aim = aim;
    this.pinned = true;
    this.unread = 0;
    this.more = false;
    this.asking = false;
    this.older = el("div", { class: "older", hidden: true }, el("span", { class: "spinner" }));
    this.empty = el("div", { class: "empty", hidden: true });
    this.list = el("div", { class: "list", role: "log", "aria-live": "polite" });
    this.scroller = el("div", { class: "scroller", tabindex: "0", on: { scroll: () => this.#scrolled() } }, this.older, this.empty, this.list);
    this.newer = el("button", { type: "button", class: "newer", hidden: true, on: { click: () => this.#toEnd(true) } });
    this.element = el("div", { class: "log" }, this.scroller, this.newer);
    this.observer = new ResizeObserver(() => this.pinned && this.#toEnd());
    this.observer.observe(this.scroller);
    this.observer.observe(this.list);
    this.#label();
  }

  destroy() {
    this.observer.disconnect();
  }

  /** The newest id after which everything is known: what a reconnection asks for. */
  get settled() {
    const saved = this.messages.filter((message) => message.data.id);
    const open = saved.slice(-50).findIndex((message) => !message.settled);
    if (open < 0) return saved.at(-1)?.id ?? 0;
    return saved.at(Math.max(0, saved.length - 50) + open - 1)?.id ?? 0;
  }

  add(data) {
    const known = this.byId.get(data.id) ?? this.#pending(data.nonce);
    const message = known ?? new Message(data, this.context);
    if (known) this.#settle(known, data);
    if (data.id) this.byId.set(data.id, message);
    if (!known) this.#insert(message);
    for (const event of this.orphans.get(data.id) ?? []) message.translate(event);
    this.orphans.delete(data.id);
    if (!known && !data.mine && !this.pinned && message === this.messages.at(-1)) this.unread += 1;
    return message;
  }

  /** The newest id there is. */
  get newest() {
    return this.messages.findLast((message) => message.data.id)?.id ?? 0;
  }

  offerReading() {
    this.messages.forEach((message) => message.offerReading());
  }

  translate(event) {
    const message = this.byId.get(event.message_id);
    if (message) message.translate(event);
    else this.orphans.set(event.message_id, [...(this.orphans.get(event.message_id) ?? []), event]);
  }

  refuse(nonce, code) {
    this.#pending(nonce)?.update({ pending: true, refused: code });
  }

  remove(nonce) {
    const message = this.#pending(nonce);
    if (!message) return;
    this.messages.splice(this.messages.indexOf(message), 1);
    message.element.remove();
    this.#refresh();
  }

  /** What was missed is too much: the messages before `id` are no longer next to it. */
  forgetBefore(id) {
    const old = this.messages.filter((message) => message.id < id);
    this.messages = this.messages.filter((message) => message.id >= id);
    for (const message of old) {
      this.byId.delete(message.id);
      message.element.remove();
    }
    this.#refresh();
  }

  /** Everything before this moment is read: show the end of the conversation. */
  caughtUp(more, busy = false) {
    this.more = more;
    this.asking = false;
    this.older.hidden = !more;
    this.list.setAttribute("aria-busy", String(busy));
  }

  read(words, reading) {
    Object.assign(this.context, { words, reading });
    this.keep(() => {
      this.messages.forEach((message) => message.read(words, reading));
      this.#refresh();
      this.#label();
    });
  }

  /** Make a change without moving what the reader looks at. */
  keep(change) {
    const anchor = this.pinned ? null : this.#firstVisible();
    const before = anchor?.getBoundingClientRect().top;
    change();
    if (this.pinned) this.#toEnd();
    else if (anchor?.isConnected) this.scroller.scrollTop += anchor.getBoundingClientRect().top - before;
    this.empty.hidden = this.messages.length > 0 || this.list.getAttribute("aria-busy") === "true";
    this.#offerNewer();
    this.#askForOlder();
    this.#seek();
  }

  /** Let something stand below the messages. */
  below(element) {
    this.scroller.append(element);
    this.observer.observe(element);
  }

  /** Show a message in the middle and mark it for a moment; false where it is not here. */
  point(id) {
    const message = this.byId.get(id);
    if (!message) return false;
    this.pinned = false;
    message.element.scrollIntoView({ block: "center", behavior: "instant" });
    message.article.classList.remove("pointed");
    void message.article.offsetWidth;
    message.article.classList.add("pointed");
    return true;
  }

  /** Whoever writes wants to see what they wrote. */
  follow() {
    this.pinned = true;
    this.#toEnd();
  }

  #pending(nonce) {
    return nonce ? this.messages.findLast((message) => message.data.nonce === nonce) : undefined;
  }

  /** A pending message got its id: it may have to move above what others said meanwhile. */
  #settle(message, data) {
    message.update(data);
    const at = this.messages.indexOf(message);
    const ordered = (this.messages[at - 1]?.id ?? 0) < message.id && message.id < (this.messages[at + 1]?.id ?? Infinity);
    if (ordered || this.messages[at + 1] === undefined) return this.#refresh(at);
    this.messages.splice(at, 1);
    return this.#insert(message);
  }

  #insert(message) {
    let at = this.messages.length;
    while (at > 0 && this.messages[at - 1].id > message.id) at -= 1;
    this.messages.splice(at, 0, message);
    this.list.insertBefore(message.element, this.messages[at + 1]?.element ?? null);
    this.#refresh(at);
  }

  /** Authors and days stand where they change: look again around `at`, or everywhere. */
  #refresh(at) {
    const from = at === undefined ? 0 : Math.max(0, at - 1);
    const to = at === undefined ? this.messages.length : Math.min(this.messages.length, at + 2);
    for (let index = from; index < to; index += 1) this.messages[index].follow(this.messages[index - 1]);
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    this.pinned = scrollHeight - scrollTop - clientHeight < NEAR;
    if (this.pinned) this.unread = 0;
    this.#offerNewer();
    this.#askForOlder();
  }

  #askForOlder() {
    const first = this.messages[0]?.data.id;
    if (!this.more || this.asking || !first || this.scroller.scrollTop > EARLY) return;
    this.asking = this.context.actions.older(first);
  }

  /** Show the message aimed at once it is here, reading back for it. */
  #seek() {
    if (!this.aim || this.list.getAttribute("aria-busy") !== "false") return;
    const message = this.byId.get(this.aim);
    const first = this.messages[0]?.data.id ?? 0;
    if (message) this.#point(message);
    else if (this.more && first > this.aim) this.asking ||= this.context.actions.older(first);
    else this.aim = null;
  }

  #point({ article, element }) {
    this.aim = null;
    this.pinned = false;
    const view = this.scroller.getBoundingClientRect();
    const { top, height } = article.getBoundingClientRect();
    this.scroller.scrollTop += top - view.top - Math.max(24, (view.height - height) / 3);
    element.classList.add("pointed");
  }

  #firstVisible() {
    const top = this.scroller.getBoundingClientRect().top;
    // Not its whole entry: the day above it goes when older messages come before it.
    return this.messages.find(({ article }) => article.getBoundingClientRect().bottom > top)?.article;
  }

  #toEnd(smooth = false) {
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: smooth ? "smooth" : "instant" });
  }

  #offerNewer() {
    this.newer.hidden = this.pinned;
    if (this.pinned) return;
    const { words } = this.context;
    const label = words.say(this.unread ? "room.new_messages" : "room.to_end");
    this.newer.setAttribute("aria-label", label);
    const text = this.unread ? [label, el("span", { class: "count" }, words.number(this.unread))] : [];
    this.newer.classList.toggle("news", this.unread > 0);
    this.newer.replaceChildren(...text, icon("down"));
  }

  #label() {
    const { words } = this.context;
    this.list.setAttribute("aria-label", words.say("room.messages"));
    this.older.setAttribute("aria-label", words.say("room.older"));
    this.empty.replaceChildren(
      el("div", { class: "empty-art", "aria-hidden": "true" }, el("i"), el("i"), el("i")),
      el("h2", {}, words.say("room.empty_title")),
      el("p", {}, words.say("room.empty_text")),
    );
  }
}
