// The messages of a shared conversation: pages of them come as one scrolls, either way.

import { el } from "../dom.js";
import { icon } from "../icons.js";
import { Entry } from "./entry.js";

const NEAR = 60; // px from the end that count as being there
const EARLY = 900; // px from either end at which more is fetched

export class Pages {
  /** `ask(frame)`: {older: id} or {newer: id}; false where there is no line. */
  constructor({ words, reading, kind, live, ask }) {
    this.context = { words, reading, kind, quoted: (id) => this.byId.get(id), keep: (change) => this.keep(change) };
    Object.assign(this, { ask, live, entries: [], byId: new Map(), older: false, newer: false, asking: null, pinned: live });
    this.above = spinner();
    this.below = spinner();
    this.list = el("div", { class: "list", role: "log", "aria-live": live ? "polite" : "off" });
    this.nothing = el("p", { class: "empty", hidden: true });
    this.scroller = el("div", { class: "scroller", tabindex: "0", on: { scroll: () => this.#scrolled() } }, this.above, this.nothing, this.list, this.below);
    this.toEnd = el("button", { type: "button", class: "newer", hidden: true, on: { click: () => this.#end("smooth") } }, icon("down"));
    this.element = el("div", { class: "log" }, this.scroller, this.toEnd);
    this.observer = new ResizeObserver(() => (this.pinned ? this.#end() : this.#look()));
    this.observer.observe(this.scroller);
    this.observer.observe(this.list);
    this.read(words, reading);
  }

  destroy() {
    this.observer.disconnect();
    this.element.remove();
  }

  /** The reader chose other words or another language to read. */
  read(words, reading) {
    Object.assign(this.context, { words, reading });
    this.list.setAttribute("aria-label", words.say("room.messages"));
    this.toEnd.setAttribute("aria-label", words.say("room.to_end"));
    for (const one of [this.above, this.below]) one.setAttribute("aria-label", words.say("room.older"));
    this.nothing.textContent = words.say("shared.empty");
    this.keep(() => this.entries.forEach((entry) => ((entry.original = false), (entry.written = null), entry.show())));
    this.#days();
  }

  /** The beginning, of what is read from there. */
  begin() {
    if (!this.entries.length) this.#ask("newer", 0);
    else this.#look();
  }

  /** The line was lost: what was asked for does not come any more. */
  lost() {
    this.asking = null;
  }

  /** A page that was asked for. */
  page({ event, messages, more }) {
    this.asking = null;
    this[event] = more;
    this.keep(() => this.#put(messages));
  }

  /**
   * The end of a live conversation: `ids` are its newest messages. A message has one past, so
   * what is here before the first of them holds if that one is here; else it goes.
   */
  tail({ ids, messages, more }) {
    const first = ids[0] ?? Infinity;
    const joins = this.byId.has(first);
    const gone = this.entries.filter(({ id }) => (id < first ? !joins : !ids.includes(id)));
    this.keep(() => {
      gone.forEach((entry) => this.#remove(entry));
      this.#put(messages);
    });
    if (!joins) this.older = more;
    this.#look();
  }

  /** Make a change without moving what the reader looks at. */
  keep(change) {
    const top = this.scroller.getBoundingClientRect().top;
    const anchor = this.pinned ? null : this.entries.find(({ article }) => article.getBoundingClientRect().bottom > top)?.article;
    const before = anchor?.getBoundingClientRect().top;
    change();
    if (this.pinned) this.#end();
    else if (anchor?.isConnected) this.scroller.scrollTop += anchor.getBoundingClientRect().top - before;
    this.nothing.hidden = this.entries.length > 0 || Boolean(this.asking);
    this.#look();
  }

  #put(messages) {
    for (const data of messages) {
      const known = this.byId.get(data.id);
      if (known) known.update(data);
      else this.#insert(new Entry(data, this.context));
    }
    this.#days();
  }

  #insert(entry) {
    let at = this.entries.length;
    while (at > 0 && this.entries[at - 1].id > entry.id) at -= 1;
    this.entries.splice(at, 0, entry);
    this.byId.set(entry.id, entry);
    this.list.insertBefore(entry.element, this.entries[at + 1]?.element ?? null);
  }

  #remove(entry) {
    this.entries.splice(this.entries.indexOf(entry), 1);
    this.byId.delete(entry.id);
    entry.element.remove();
  }

  #days() {
    this.entries.forEach((entry, index) => entry.follow(this.entries[index - 1]));
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    this.pinned = this.live && scrollHeight - scrollTop - clientHeight < NEAR;
    this.#look();
  }

  #look() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    const left = scrollHeight - scrollTop - clientHeight;
    this.above.hidden = !this.older;
    this.below.hidden = !this.newer;
    this.toEnd.hidden = !this.live || this.pinned || left < NEAR;
    if (this.older && scrollTop < EARLY) this.#ask("older", this.entries[0]?.id);
    else if (this.newer && left < EARLY) this.#ask("newer", this.entries.at(-1)?.id);
  }

  #ask(which, id) {
    if (!this.asking && id !== undefined && this.ask({ [which]: id })) this.asking = which;
  }

  #end(behavior = "instant") {
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior });
  }
}

function spinner() {
  return el("div", { class: "older", hidden: true }, el("span", { class: "spinner" }));
}
