// The list of conversations in the sidebar. It lives on news alone: no rerun of the page
// changes it, and it changes while the page is busy with a reply.

const PAGE = 50;
const DAY = 24 * 60 * 60 * 1000;
const lists = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let list = lists.get(parentElement);
  if (!list) {
    list = new Conversations(parentElement.querySelector(".conversations"));
    lists.set(parentElement, list);
  }
  list.update(data ?? {}, setTriggerValue);
  return () => {
    lists.get(parentElement)?.close();
    lists.delete(parentElement);
  };
}

class Conversations {
  constructor(root) {
    this.root = root;
    this.entries = null;
    this.limit = PAGE;
    this.more = false;
    this.line = true;
    this.editing = null; // {id, how: "rename" | "delete"}
    this.current = null;
    this.moved = () => this.#seeWhere();
    window.navigation?.addEventListener("currententrychange", this.moved);
    window.addEventListener("popstate", this.moved);
    this.news = new News({
      onNews: (frame) => this.#heard(frame),
      onLine: (up) => this.#lineIs(up),
    });
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
      if (frame.id === this.#here()) this.#goTo(null, "replaceState");
    } else if (frame.event === "error") {
      this.complaint = frame.message;
    }
    this.#draw();
  }

  #put(changed) {
    const others = (this.entries ?? []).filter((entry) => entry.id !== changed.id);
    others.push(changed);
    others.sort((a, b) => b.updated_at.localeCompare(a.updated_at));
    this.more ||= others.length > this.limit;
    this.entries = others.slice(0, this.limit);
  }

  #lineIs(up) {
    this.line = up;
    if (up) this.news.wish({ list: this.limit });
    this.#draw();
  }

  /** Which conversation the address names: it changes without a rerun. */
  #here() {
    return this.onChat ? new URLSearchParams(window.location.search).get("conversation") : null;
  }

  /** Show a conversation, null for a new one: the chat follows the address, without a rerun. */
  #goTo(id, how = "pushState") {
    makeRoom();
    if (!this.onChat) return;
    const url = new URL(window.location.origin + window.location.pathname);
    if (id) url.searchParams.set("conversation", id);
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
    const focus = this.root.getRootNode().activeElement?.dataset?.focus;
    this.root.replaceChildren(...this.#content());
    if (focus) this.root.querySelector(`[data-focus="${focus}"]`)?.focus({ preventScroll: true });
    this.root.querySelector("input")?.select();
  }

  #content() {
    if (this.entries === null) return [];
    const parts = [];
    if (!this.entries.length) parts.push(el("p", { class: "quiet" }, "Your conversations will appear here."));
    for (const [name, entries] of groups(this.entries)) {
      parts.push(el("h2", {}, name), el("ul", {}, ...entries.map((entry) => this.#item(entry))));
    }
    if (this.more) {
      parts.push(el("button", { class: "more", type: "button", "data-focus": "more", on: { click: () => this.#showMore() } }, "Show more"));
    }
    if (!this.line) parts.push(el("p", { class: "quiet", role: "status" }, "Connecting again…"));
    if (this.complaint) parts.push(el("p", { class: "complaint", role: "alert" }, this.complaint));
    return parts;
  }

  #item(entry) {
    const title = entry.title || "New chat";
    const here = entry.id === this.current;
    const editing = this.editing?.id === entry.id ? this.editing.how : null;
    const inside = { rename: () => this.#renaming(entry, title), delete: () => this.#deleting(entry, title) }[editing];
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
    const choice = (label, how) =>
      el("button", { type: "button", role: "menuitem", class: how, on: { click: () => this.#edit(entry.id, how) } }, label);
    const menu = el("div", { popover: "auto", role: "menu", class: "menu" }, choice("Rename", "rename"), choice("Delete", "delete"));
    const button = el("button", {
      type: "button",
      class: "dots",
      "aria-label": `Rename or delete “${title}”`,
      title: "Rename or delete",
      "aria-haspopup": "menu",
      "data-focus": `menu ${entry.id}`,
      on: { click: () => place(menu, button) },
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

  #deleting(entry, title) {
    const button = (label, kind, action) => el("button", { type: "button", class: kind, "data-focus": kind, on: { click: action } }, label);
    const yes = button("Delete", "yes", () => {
      this.editing = null;
      this.#wish({ delete: entry.id });
      this.#draw();
    });
    queueMicrotask(() => yes.focus());
    return [
      el("span", { class: "question", dir: "auto" }, `Delete “${title}”?`),
      el("span", { class: "answers" }, yes, button("Keep", "no", () => this.#edit(null))),
    ];
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
    this.#goTo(entry.id);
    if (!this.onChat) this.tell?.("open", entry.id);
    this.current = entry.id;
    this.#draw();
  }

  #showMore() {
    this.limit += PAGE;
    this.#wish({ list: this.limit });
  }

  #wish(frame) {
    this.complaint = null;
    const sent = this.news.wish(frame);
    if (!sent) this.complaint = "Parley does not answer. Try again in a moment.";
    return sent;
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
    ["Today", today],
    ["Yesterday", today - DAY],
    ["Last 7 days", today - 6 * DAY],
    ["Earlier", -Infinity],
  ];
  const found = new Map();
  for (const entry of entries) {
    const when = Date.parse(entry.updated_at);
    const name = names.find(([, since]) => when >= since)[0];
    found.set(name, [...(found.get(name) ?? []), entry]);
  }
  return found;
}

/** Open a menu under its button, or above where there is no room. */
function place(menu, button) {
  menu.showPopover();
  const at = button.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const below = at.bottom + 4 + height < window.innerHeight;
  menu.style.left = `${Math.max(8, Math.min(at.right - width, window.innerWidth - width - 8))}px`;
  menu.style.top = `${below ? at.bottom + 4 : at.top - height - 4}px`;
  menu.querySelector("button").focus();
}
