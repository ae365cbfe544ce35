// Everything that was said: all conversations, to find, sort out, export; and the bookmarks.
//
//   const view = mountLibrary(root, { theme, home, rooms, onOpen, onShare });
//   view.destroy();

import { el, setText } from "../dom.js";
import { icon } from "../icons.js";
import { drop } from "../menu.js";
import { Line } from "../line.js";
import { styleSheets } from "../styles.js";
import { SHEET } from "../summary/card.js";
import { Api, saved } from "./api.js";
import { bookmarkRow, Row } from "./row.js";

const PAGE = 50;
const AHEAD = "600px"; // below what is seen, where more is read
const SEARCH_AFTER = 150; // ms without a key
const AGAIN_AFTER = 400; // ms until a conversation that has changed is read again
const NOTICE = 12000; // ms a notice stays
const SHEETS = ["room.css", "sheet.css", "controls.css", "library/library.css", SHEET];
const FORMATS = [["markdown", "Markdown"], ["pdf", "PDF"], ["json", "JSON, complete"]];
const FILTERS = [
  ["active", "Active", { status: "active" }],
  ["ended", "Ended", { status: "ended" }],
  ["archived", "Archived", { archived: "true" }],
  ["bookmarks", "Bookmarks", {}],
];

/** Show the library in `root`. `home` and `rooms`: the addresses of the chat and the rooms page;
 * `onOpen(kind, id, message)` hears what is to be shown, `onShare(id)` what is to be shared. */
export function mountLibrary(root, options) {
  const library = new Library(root, options);
  return { destroy: () => library.destroy(), setTheme: (theme) => (library.element.dataset.theme = theme) };
}

class Library {
  constructor(root, { theme, home, rooms, onOpen, onShare }) {
    Object.assign(this, { home, rooms, onOpen, onShare, api: new Api(), filter: "active", tag: "", kind: "", rows: new Map(), chosen: new Set(), more: false, turn: 0 });
    this.#build(root, theme);
    this.#load();
    this.#loadTags();
    this.changed = new Map();
    this.news = new Line("/ws/news", { onEvent: (frame) => frame.event === "changed" && this.#again(frame.id), onLine: (up) => up && this.#online() });
  }

  destroy() {
    [this.searching, this.noticeTimer, ...this.changed.values()].forEach(clearTimeout);
    this.news.close();
    this.sight.disconnect();
    this.element.remove();
    this.sheets.forEach((sheet) => sheet.remove());
  }

  // Building

  #build(root, theme) {
    this.search = el("input", { type: "search", class: "input", placeholder: "Search titles and everything said", "aria-label": "Search conversations", autocomplete: "off", on: { input: () => this.#typed() } });
    this.filters = el("div", { class: "tasks", role: "radiogroup", "aria-label": "Which" }, ...FILTERS.map(([name, label]) => el("button", { type: "button", class: "task", role: "radio", dataset: { name }, on: { click: () => this.#show(name) } }, label)));
    this.kinds = select("Kind", [["", "Chats and rooms"], ["chat", "Chats"], ["room", "Rooms"]], (kind) => ((this.kind = kind), this.#load()));
    this.tags = select("Tag", [["", "All tags"]], (tag) => ((this.tag = tag), this.#load()));
    this.tags.hidden = true;
    this.file = el("input", { type: "file", accept: ".json,application/json", hidden: true, on: { change: () => this.#import() } });
    const bar = el("div", { class: "how" }, this.kinds, this.tags, el("span", { class: "gap" }), tool("down", "Import", () => this.file.click(), "From Parley, ChatGPT or Open WebUI"), this.#exporting("Export all", () => ({ all: true })), this.file);
    this.chosenBar = el("div", { class: "chosen-bar", role: "toolbar", "aria-label": "Selected conversations", hidden: true });
    this.list = el("ul", { class: "rows" });
    this.state = el("p", { class: "none", role: "status" });
    this.bottom = el("div", { class: "end" });
    this.notice = el("div", { class: "notice", role: "status", hidden: true });
    this.element = el("div", { class: "parley library", dataset: { theme }, style: { visibility: "hidden" } }, el("label", { class: "search" }, icon("search"), this.search), this.filters, bar, this.chosenBar, this.list, this.state, this.bottom, el("div", { class: "notices" }, this.notice));
    this.sheets = styleSheets(() => this.element.style.removeProperty("visibility"), SHEETS);
    this.sight = new IntersectionObserver((changes) => changes.at(-1).isIntersecting && this.more && this.#loadMore(), { rootMargin: AHEAD, scrollMargin: AHEAD });
    this.sight.observe(this.bottom);
    root.append(...this.sheets, this.element);
  }

  #exporting(label, what) {
    const menu = el("div", { popover: "auto", class: "menu", role: "menu" }, ...FORMATS.map(([format, name]) => el("button", { type: "button", role: "menuitem", on: { click: () => (menu.hidePopover(), this.#export(format, what())) } }, name)));
    const button = tool("copy", label, () => drop(menu, button));
    return el("span", { class: "with-menu" }, button, menu);
  }

  // Loading

  #show(name) {
    this.filter = name;
    this.search.value = "";
    this.#load();
  }

  #typed() {
    clearTimeout(this.searching);
    this.searching = setTimeout(() => this.#load(), SEARCH_AFTER);
  }

  async #load() {
    const turn = (this.turn += 1);
    this.more = false;
    for (const one of this.filters.children) one.setAttribute("aria-checked", String(one.dataset.name === this.filter && !this.#words));
    this.loading = true;
    const found = await this.#ask(() => this.#read());
    if (turn !== this.turn) return;
    this.loading = false;
    if (!found) return;
    this.rows.clear();
    this.chosen.clear();
    this.list.replaceChildren();
    this.#add(found);
    this.state.textContent = this.rows.size || this.list.children.length ? "" : this.#nothing();
    this.#drawChosen();
  }

  async #loadMore() {
    this.more = false;
    const turn = this.turn;
    const found = await this.#ask(() => this.#read([...this.rows.keys()].at(-1)));
    if (turn !== this.turn) return;
    if (found) this.#add(found);
    else this.more = true;
  }

  get #words() {
    return this.search.value.trim();
  }

  #read(before = null) {
    if (this.#words) return this.api.search(this.#words);
    if (this.filter === "bookmarks") return this.api.bookmarks();
    const query = { ...FILTERS.find(([name]) => name === this.filter)[2], kind: this.kind, tag: this.tag, before, limit: PAGE, details: "true" };
    return this.api.list(query);
  }

  #add(found) {
    if (this.filter === "bookmarks" && !this.#words) {
      this.list.append(...found.map((one) => bookmarkRow(one, { href: this.#address(one, one.message.id), open: (event) => this.open(event, one, one.message.id), remove: () => this.#unmark(one) })));
      return;
    }
    for (const one of found) {
      const { conversation = one, message_id: message, excerpt } = one;
      if (this.rows.has(conversation.id)) continue;
      const row = new Row(conversation, { href: this.#address(conversation, message), message, excerpt, words: this.#words, desk: this });
      this.rows.set(conversation.id, row);
      this.list.append(row.element);
    }
    this.more = !this.#words && found.length === PAGE;
    this.#seeBottom();
  }

  /** Ask once more whether the end is in sight: it may have stayed there through all that was added. */
  #seeBottom() {
    this.sight.unobserve(this.bottom);
    this.sight.observe(this.bottom);
  }

  /** Lead to a message of a conversation. */
  lead(one, message) {
    this.onOpen(one.kind, one.id, message);
  }

  open(event, one, message) {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    event.preventDefault();
    this.onOpen(one.kind, one.conversation_id ?? one.id, message);
  }

  #address(one, message) {
    const id = one.conversation_id ?? one.id;
    const room = one.kind === "room";
    return `${room ? this.rooms : this.home}?${room ? "room" : "conversation"}=${id}${message && !room ? `&message=${message}` : ""}`;
  }

  #nothing() {
    if (this.#words) return "Nothing found. Every word must be there, in the title or in one message.";
    return { active: "No conversation here. Begin one on the Chat page.", ended: "Nothing has been ended.", archived: "Nothing is archived.", bookmarks: "Bookmark a message, and it is found here again." }[this.filter];
  }

  async #loadTags() {
    const tags = await this.#ask(() => this.api.tags());
    if (!tags) return;
    const names = Object.keys(tags);
    this.tags.hidden = !names.length;
    this.tags.replaceChildren(...[["", "All tags"], ...names.map((name) => [name, `${name} (${tags[name]})`])].map(([value, label]) => el("option", { value }, label)));
    this.tags.value = this.tag;
  }

  /** The line is there, perhaps again: what could not be read meanwhile is. */
  #online() {
    this.news.ask({ list: 1 }).catch(() => null);
    this.#seeBottom();
  }

  /** Something is new in a conversation; what changes often is read once. */
  #again(id) {
    if (!this.rows.has(id) || this.changed.has(id)) return;
    const read = async () => {
      this.changed.delete(id);
      const found = await this.api.one(id).catch(() => null);
      if (found) this.rows.get(id)?.renew(found);
    };
    this.changed.set(id, setTimeout(read, AGAIN_AFTER));
  }

  tell(text) {
    this.#tell(text);
  }

  // What rows ask for

  choose(id, on) {
    this.chosen[on ? "add" : "delete"](id);
    this.#drawChosen();
  }

  async change(id, changes) {
    const changed = await this.#ask(() => this.api.change(id, changes));
    if (!changed) return;
    this.rows.get(id)?.update(changed);
    if ("tags" in changes) this.#loadTags();
    if ("archived" in changes) this.#away([id], changed.archived ? "Archived." : "Back in the list.", () => this.change(id, { archived: !changed.archived }));
    if ("pinned" in changes) this.#load();
  }

  async end(id, on) {
    if (await this.#ask(() => this.api.end(id, on))) this.#away([id], on ? "Ended." : "Reopened.", () => this.end(id, !on));
  }

  async remove(ids) {
    if (!(await this.#ask(() => this.api.remove(ids)))) return;
    this.#away(ids, ids.length === 1 ? "Deleted." : `${ids.length} conversations deleted.`, () => this.api.restore(ids));
  }

  share(id) {
    this.onShare(id);
  }

  async download(format, ids) {
    await this.#export(format, { ids });
  }

  async #unmark(one) {
    if (await this.#ask(() => this.api.bookmark(one.message.id, false))) {
      this.#load();
      this.#tell("No longer a bookmark.", { label: "Undo", act: () => this.api.bookmark(one.message.id, true).then(() => this.#load()) });
    }
  }

  async #archive() {
    const ids = [...this.chosen];
    const archived = this.filter !== "archived";
    if (!(await this.#ask(() => this.api.archive(ids, archived)))) return;
    this.#away(ids, archived ? `${ids.length} archived.` : `${ids.length} back in the list.`, () => this.api.archive(ids, !archived));
  }

  /** Rows leave the list, which can be undone. */
  #away(ids, told, undo) {
    for (const id of ids) {
      this.rows.get(id)?.element.remove();
      this.rows.delete(id);
      this.chosen.delete(id);
    }
    this.#drawChosen();
    if (this.loading || !this.rows.size) this.#load();
    this.#tell(told, { label: "Undo", act: async () => (await this.#ask(undo), this.#load()) });
  }

  #drawChosen() {
    const n = this.chosen.size;
    this.chosenBar.hidden = n === 0;
    if (!n) return;
    const all = () => (this.rows.forEach((row) => row.mark(true)), this.#drawChosen());
    const none = () => (this.rows.forEach((row) => row.mark(false)), this.#drawChosen());
    this.chosenBar.replaceChildren(el("strong", {}, `${n} selected`), tool("check", "All shown", all), tool("close", "None", none), el("span", { class: "gap" }), tool("history", this.filter === "archived" ? "Unarchive" : "Archive", () => this.#archive()), this.#exporting("Export", () => ({ ids: [...this.chosen] })), tool("bin", "Delete", () => this.remove([...this.chosen])));
  }

  // Files

  async #export(format, what) {
    const bar = el("progress", { class: "progress", max: 1, value: 0, "aria-label": "How much of the file is made" });
    const share = el("span", { class: "share" }, "0 %");
    this.#tell("Preparing the file…", null, true);
    this.notice.append(bar, share);
    const file = await this.#ask(() => this.api.exported(format, what, (made) => ((bar.value = made), setText(share, `${Math.floor(100 * made)} %`))));
    if (!file) return;
    saved(file);
    this.#tell(`Saved as ${file.name}.`);
  }

  async #import() {
    const [file] = this.file.files;
    this.file.value = "";
    if (!file) return;
    this.#tell(`Reading ${file.name}…`, null, true);
    const made = await this.#ask(() => this.api.imported(file));
    if (!made) return;
    this.#tell(`${made.new} ${made.new === 1 ? "conversation" : "conversations"} imported.${made.known ? ` ${made.known} were here already.` : ""}`);
    this.#load();
    this.#loadTags();
  }

  /** What comes of a request; nothing where it failed, which is told. */
  async #ask(request) {
    try {
      return (await request()) ?? true;
    } catch (error) {
      this.#tell(error.message);
      return null;
    }
  }

  #tell(text, action = null, stays = false) {
    const button = action ? el("button", { type: "button", class: "undo", on: { click: () => ((this.notice.hidden = true), action.act()) } }, action.label) : null;
    this.notice.replaceChildren(text, ...(button ? [button] : []));
    this.notice.hidden = false;
    clearTimeout(this.noticeTimer);
    if (!stays) this.noticeTimer = setTimeout(() => (this.notice.hidden = true), NOTICE);
  }
}

function tool(name, label, act, title = label) {
  return el("button", { type: "button", class: "tool", title, on: { click: act } }, icon(name), el("span", {}, label));
}

function select(label, options, act) {
  const node = el("select", { class: "select", "aria-label": label }, ...options.map(([value, name]) => el("option", { value }, name)));
  node.addEventListener("change", () => act(node.value));
  return node;
}
