// The list of conversations in the sidebar. It lives on news alone: no rerun of the page
// changes it, and it changes while the page is busy with a reply.

import { el } from "./dom.js";
import { Line } from "./line.js";
import { marked } from "./marked.js";
import { drop } from "./menu.js";

const PAGE = 50;
const SEARCH_AFTER = 120; // ms without a key
const UNDO = 12000; // ms in which a deleted conversation can be brought back here
const SEARCH = "/search"; // the page that follows its address, as the chat does
const DAY = 24 * 60 * 60 * 1000;

export class Conversations {
  constructor(root) {
    this.search = el("input", { type: "search", class: "search", placeholder: "Search", "aria-label": "Search conversations", on: { input: () => this.#typed(), keydown: (event) => event.key === "Escape" && this.#stopSearching() } });
    this.root = el("div", {});
    root.append(this.search, this.root);
    this.found = null; // what the search has found, null where nothing is searched
    this.gone = []; // [{id, title}] to be brought back
    this.entries = null;
    this.limit = PAGE;
    this.more = false;
    this.line = true;
    this.editing = null; // {id, how: "rename"}
    this.current = null;
    this.moved = () => this.#seeWhere();
    window.navigation?.addEventListener("currententrychange", this.moved);
    window.addEventListener("popstate", this.moved);
    this.news = new Line("/ws/news", { onEvent: (frame) => this.#heard(frame), onLine: (up) => this.#lineIs(up) });
    this.newChat = (event) => event.target.closest?.(".st-key-new_chat button") && this.#goTo(null);
    document.addEventListener("click", this.newChat);
    this.midnight = setInterval(() => this.#draw(), 10 * 60 * 1000);
    this.#draw();
  }

  update({ chat, home }, setTriggerValue) {
    this.home = home ?? "/";
    this.tell = setTriggerValue;
    this.onChat = chat;
    this.current = this.#here();
    this.#draw();
  }

  close() {
    window.navigation?.removeEventListener("currententrychange", this.moved);
    window.removeEventListener("popstate", this.moved);
    document.removeEventListener("click", this.newChat);
    clearInterval(this.midnight);
    this.news.close();
  }

  #heard(frame) {
    if (frame.event === "list") {
      this.entries = frame.conversations;
      this.more = frame.more;
    } else if (frame.event === "entry") {
      this.#put(frame.entry);
    } else if (frame.event === "deleted") {
      this.entries = (this.entries ?? []).filter((entry) => entry.id !== frame.id);
      if (frame.id === this.#here() && !frame.away) this.#goTo(null, null, "replaceState");
    } else if (frame.event === "found") {
      if (frame.words === this.search.value.trim()) this.found = frame.conversations;
    } else if (frame.event === "error") {
      this.complaint = frame.message;
    }
    this.#draw();
  }

  #put(changed) {
    const others = (this.entries ?? []).filter((entry) => entry.id !== changed.id);
    others.push(changed);
    others.sort((a, b) => b.pinned - a.pinned || b.updated_at.localeCompare(a.updated_at));
    this.more ||= others.length > this.limit;
    this.entries = others.slice(0, this.limit);
  }

  #lineIs(up) {
    this.line = up;
    this.complaint = null;
    if (up) this.#wish({ list: this.limit });
    if (up && this.search.value.trim()) this.#typed(); // what was typed before the line was there
    this.#draw();
  }

  #typed() {
    clearTimeout(this.searching);
    if (!this.search.value.trim()) return this.#stopSearching();
    this.searching = setTimeout(() => this.#wish({ search: this.search.value.trim() }), SEARCH_AFTER);
    return undefined;
  }

  #stopSearching() {
    clearTimeout(this.searching);
    this.search.value = "";
    this.found = null;
    this.#draw();
  }

  /** Which conversation the address names: it changes without a rerun. */
  #here() {
    return this.onChat ? new URLSearchParams(window.location.search).get("conversation") : null;
  }

  /** Show a conversation, null for a new one: the chat follows the address, without a rerun. */
  #goTo(id, message = null, how = "pushState") {
    makeRoom();
    if (!this.onChat) return;
    const url = new URL(window.location.origin + window.location.pathname);
    if (id) url.searchParams.set("conversation", id);
    if (message) url.searchParams.set("message", message);
    if (url.href !== window.location.href) window.history[how](window.history.state, "", url);
    window.dispatchEvent(new Event("parley-moved"));
  }

  #seeWhere() {
    const here = this.#here();
    if (here === this.current) return;
    this.current = here;
    this.#draw();
  }

  #draw() {
    if (this.editing?.how === "rename" && this.root.querySelector(`li[data-id="${this.editing.id}"] input`)) return;
    const open = this.root.querySelector(".menu:popover-open");
    if (open) {
      open.ontoggle = () => this.#draw(); // what is about to be clicked stays
      return;
    }
    const focus = this.root.getRootNode().activeElement?.dataset?.focus;
    this.root.replaceChildren(...this.#content());
    if (focus) this.root.querySelector(`[data-focus="${focus}"]`)?.focus({ preventScroll: true });
    this.root.querySelector("li input")?.select();
  }

  #content() {
    if (this.entries === null) return [];
    const parts = this.gone.map((one) => this.#undoing(one));
    if (this.found) return [...parts, ...this.#hits(), ...this.#state()];
    if (!this.entries.length) parts.push(el("p", { class: "quiet" }, "Your conversations will appear here."));
    for (const [name, entries] of groups(this.entries)) {
      parts.push(el("h2", {}, name), el("ul", {}, ...entries.map((entry) => this.#item(entry))));
    }
    if (this.more) {
      parts.push(el("button", { class: "more", type: "button", "data-focus": "more", on: { click: () => this.#showMore() } }, "Show more"));
    }
    return [...parts, ...this.#state()];
  }

  #state() {
    return [
      this.line ? null : el("p", { class: "quiet", role: "status" }, "Connecting again…"),
      this.complaint ? el("p", { class: "complaint", role: "alert" }, this.complaint) : null,
    ].filter(Boolean);
  }

  #hits() {
    if (!this.found.length) return [el("p", { class: "quiet", role: "status" }, "Nothing found. Every word must be there, in the title or in one message."), this.#everything()];
    return [el("ul", { "aria-label": "Found" }, ...this.found.map((entry) => this.#hit(entry))), this.#everything()];
  }

  /** The way to the search page, with the words as they are when one goes there. */
  #everything() {
    const address = () => `${SEARCH}?${new URLSearchParams({ q: this.search.value.trim() })}`;
    return el("a", { class: "everything", href: address(), "data-focus": "everything", on: { click: (event) => this.#seek(event, address()) } }, "Search everything said");
  }

  #seek(event, address) {
    event.currentTarget.href = address;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    event.preventDefault();
    makeRoom();
    if (window.location.pathname !== SEARCH) return this.tell?.("seek", this.search.value.trim());
    window.history.pushState(window.history.state, "", address);
    window.dispatchEvent(new Event("parley-moved"));
  }

  #hit(entry) {
    const room = entry.kind === "room";
    const query = room ? `room=${entry.id}` : `conversation=${entry.id}${entry.message ? `&message=${entry.message}` : ""}`;
    const href = `${room ? "/rooms" : this.home}?${query}`;
    const link = el("a", { href, class: "hit", "data-focus": entry.id, on: { click: (event) => !room && this.#open(event, entry) } }, el("span", { class: "title", dir: "auto" }, entry.title || "New chat"), entry.excerpt ? el("span", { class: "excerpt", dir: "auto" }, ...marked(entry.excerpt, this.search.value)) : null);
    return el("li", { class: entry.id === this.current ? "here" : null }, link);
  }

  #undoing({ id, title }) {
    const undo = el("button", { type: "button", class: "undo", on: { click: () => (this.#forget(id), this.#wish({ restore: id })) } }, "Undo");
    return el("p", { class: "gone", role: "status" }, el("span", { dir: "auto" }, `“${title}” is deleted.`), undo);
  }

  #forget(id) {
    this.gone = this.gone.filter((one) => one.id !== id);
    this.#draw();
  }

  #item(entry) {
    const title = entry.title || "New chat";
    const here = entry.id === this.current;
    const editing = this.editing?.id === entry.id ? this.editing.how : null;
    const inside = { rename: () => this.#renaming(entry, title) }[editing];
    return el(
      "li",
      { "data-id": entry.id, class: [here && "here", entry.answering && "answering", editing].filter(Boolean).join(" ") || null },
      ...(inside ? inside() : this.#shown(entry, title, here)),
    );
  }

  #shown(entry, title, here) {
    const link = el(
      "a",
      {
        href: `${this.home}?conversation=${entry.id}`,
        title,
        dir: "auto",
        "aria-current": here && "page",
        "data-focus": entry.id,
        on: { click: (event) => this.#open(event, entry) },
      },
      title,
    );
    const running = entry.answering ? el("span", { class: "running", role: "img", "aria-label": "A reply is being written", title: "A reply is being written" }) : null;
    return [link, running, this.#menu(entry, title)];
  }

  #menu(entry, title) {
    const choice = (label, name, act) => el("button", { type: "button", role: "menuitem", class: name, on: { click: () => (menu.hidePopover(), act()) } }, label);
    const menu = el(
      "div",
      { popover: "auto", role: "menu", class: "menu" },
      choice(entry.pinned ? "Unpin" : "Pin", "pin", () => this.#wish({ pin: entry.id, on: !entry.pinned })),
      choice("Rename", "rename", () => this.#edit(entry.id, "rename")),
      choice("Share", "share", () => this.#share(entry)),
      choice("Archive", "archive", () => this.#wish({ archive: entry.id })),
      choice("Delete", "delete", () => this.#delete(entry, title)),
    );
    const button = el("button", {
      type: "button",
      class: "dots",
      "aria-label": `Change “${title}”`,
      title: "Pin, rename, share, archive or delete",
      "aria-haspopup": "menu",
      "data-focus": `menu ${entry.id}`,
      on: { click: () => drop(menu, button) },
    });
    return el("span", { class: "actions" }, button, menu);
  }

  #renaming(entry, title) {
    const input = el("input", {
      value: title,
      dir: "auto",
      maxlength: "120",
      "aria-label": "New title",
      on: {
        keydown: (event) => {
          if (event.key === "Enter" && !event.isComposing) this.#rename(entry, input.value);
          if (event.key === "Escape") this.#edit(null);
        },
        blur: () => this.#rename(entry, input.value),
      },
    });
    queueMicrotask(() => input.focus());
    return [input];
  }

  #rename(entry, title) {
    if (this.editing?.id !== entry.id) return;
    this.editing = null;
    const wanted = title.trim();
    if (wanted && wanted !== entry.title && this.#wish({ rename: entry.id, title: wanted })) entry.title = wanted;
    this.#draw();
  }

  #delete(entry, title) {
    if (!this.#wish({ delete: entry.id })) return;
    this.gone.push({ id: entry.id, title });
    setTimeout(() => this.#forget(entry.id), UNDO);
  }

  #share(entry) {
    this.tell?.("share", entry.id);
    makeRoom();
  }

  #edit(id, how) {
    this.root.querySelector(":popover-open")?.hidePopover();
    this.editing = id ? { id, how } : null;
    this.complaint = null;
    this.#draw();
  }

  #open(event, entry) {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    event.preventDefault();
    this.#goTo(entry.id, entry.message);
    if (!this.onChat) this.tell?.("open", entry.message ? `${entry.id}/${entry.message}` : entry.id);
    this.current = entry.id;
    this.#draw();
  }

  #showMore() {
    this.limit += PAGE;
    this.#wish({ list: this.limit });
  }

  #wish(frame) {
    this.complaint = null;
    const { up } = this.news;
    this.news.ask(frame).catch(({ message }) => {
      this.complaint = message;
      this.#draw();
    });
    return up;
  }
}

/** On a phone the sidebar lies over the page: close it once one has chosen. */
function makeRoom() {
  if (window.innerWidth > 768) return;
  document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click();
}

/** Entries by how long ago, newest first: [["Today", […]], …]. */
function groups(entries) {
  const today = new Date().setHours(0, 0, 0, 0);
  const names = [
    ["Pinned", Infinity],
    ["Today", today],
    ["Yesterday", today - DAY],
    ["Last 7 days", today - 6 * DAY],
    ["Earlier", -Infinity],
  ];
  const found = new Map();
  for (const entry of entries) {
    const when = entry.pinned ? Infinity : Date.parse(entry.updated_at);
    const name = names.find(([, since]) => when >= since)[0];
    found.set(name, [...(found.get(name) ?? []), entry]);
  }
  return found;
}
