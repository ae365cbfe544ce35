// A conversation in the library, and a bookmark.

import { el } from "../dom.js";
import { icon } from "../icons.js";
import { marked } from "../marked.js";
import { drop } from "../menu.js";
import { openSheet } from "../sheet.js";
import { SummaryCard, topicChips } from "../summary/card.js";
import { when } from "../when.js";

const NAMES = new Intl.DisplayNames(["en"], { type: "language" });
const FORMATS = [["markdown", "Export as Markdown"], ["pdf", "Export as PDF"], ["json", "Export as JSON"]];

/** `desk` does what is chosen: open, choose, change, end, share, remove, download. */
export class Row {
  constructor(conversation, { href, message, excerpt, words, desk }) {
    Object.assign(this, { conversation, href, message, excerpt, words, desk });
    this.box = el("input", { type: "checkbox", on: { change: () => desk.choose(this.conversation.id, this.box.checked) } });
    this.fold = el("button", { type: "button", class: "round fold", "aria-expanded": "false", on: { click: () => this.#unfold() } }, icon("chevron"));
    this.element = el("li", { class: "row" });
    this.#draw();
  }

  update(conversation) {
    const { details, topics, sentiment } = this.conversation;
    const known = conversation.details ? {} : { details, topics, sentiment };
    this.conversation = { ...conversation, ...known };
    // A menu that is open stays: what was about to be clicked must not go away.
    if (this.menu.matches(":popover-open")) this.menu.ontoggle = () => this.#draw();
    else this.#draw();
  }

  /** Another look at it: its summary may be another, too. */
  renew(conversation) {
    this.update(conversation);
    this.card?.refresh();
  }

  /** Show its summary below it, or no longer. */
  #unfold() {
    if (this.card) {
      this.card.element.remove();
      this.card = null;
    } else {
      const { conversation: one, desk } = this;
      this.card = new SummaryCard({ always: true, onMessage: (message) => desk.lead(one, message), onTell: (text) => desk.tell(text) });
      this.card.follow(one.id, { ended: one.status === "ended" });
      this.element.append(this.card.element);
    }
    this.fold.setAttribute("aria-expanded", String(Boolean(this.card)));
  }

  mark(on) {
    this.box.checked = on;
    this.desk.choose(this.conversation.id, on);
  }

  #draw() {
    const { conversation: one } = this;
    const title = one.title || "New chat";
    this.box.setAttribute("aria-label", `Select “${title}”`);
    const badges = [one.pinned && "Pinned", one.status === "ended" && "Ended", one.archived && "Archived", one.imported_from && `From ${one.imported_from}`].filter(Boolean);
    const text = el(
      "a",
      { class: "row-text", href: this.href, on: { click: (event) => this.desk.open(event, one, this.message) } },
      el("span", { class: "row-title" }, icon(one.kind === "room" ? "people" : "bubble"), el("span", { class: "own", dir: "auto" }, title)),
      this.excerpt ? el("span", { class: "excerpt", dir: "auto" }, ...marked(this.excerpt, this.words)) : null,
      el("span", { class: "quiet facts" }, facts(one)),
      topicChips(one),
      badges.length || one.tags.length ? el("span", { class: "chips" }, ...badges.map((name) => el("span", { class: "chip state" }, name)), ...one.tags.map((tag) => el("span", { class: "chip", dir: "auto" }, tag))) : null,
    );
    this.fold.setAttribute("aria-label", `Summary of “${title}”`);
    this.fold.title = "Summary";
    this.element.replaceChildren(el("label", { class: "pick" }, this.box), text, this.fold, this.#menu(title), ...(this.card ? [this.card.element] : []));
  }

  #menu(title) {
    const { conversation: one, desk } = this;
    const menu = (this.menu = el("div", { popover: "auto", class: "menu", role: "menu" }));
    const choice = (label, act, kind = "") => el("button", { type: "button", role: "menuitem", class: kind, on: { click: () => (menu.hidePopover(), act()) } }, label);
    menu.append(
      choice(one.pinned ? "Unpin" : "Pin", () => desk.change(one.id, { pinned: !one.pinned })),
      choice("Rename", () => this.#asking("Rename", "Title", title, 120, (value) => value.trim() && desk.change(one.id, { title: value }))),
      choice("Tags", () => this.#asking("Tags, separated by commas", "Tags", one.tags.join(", "), 800, (value) => desk.change(one.id, { tags: value.split(",").map((tag) => tag.trim()).filter(Boolean) }))),
      choice(one.summarised ? "Summarise again" : "Summarise now", () => (this.card || this.#unfold(), this.card.make())),
      choice(one.status === "ended" ? "Reopen" : "End", () => desk.end(one.id, one.status !== "ended")),
      choice(one.archived ? "Unarchive" : "Archive", () => desk.change(one.id, { archived: !one.archived })),
      choice("Share", () => desk.share(one.id)),
      ...FORMATS.map(([format, label]) => choice(label, () => desk.download(format, [one.id]))),
      choice("Delete", () => desk.remove([one.id]), "danger"),
    );
    const button = el("button", { type: "button", class: "round dots", "aria-label": `Change “${title}”`, title: "More", "aria-haspopup": "menu", on: { click: () => drop(menu, button) } }, "⋯");
    return el("span", { class: "with-menu" }, button, menu);
  }

  #asking(title, label, value, maxlength, done) {
    const input = el("input", { class: "input", value, maxlength, dir: "auto", "aria-label": label });
    const form = el("form", { class: "sheet-body asking" }, input, el("button", { type: "submit", class: "primary" }, "Save"));
    const sheet = openSheet(this.element.closest(".parley"), { title, close: "Close", content: form });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      sheet.close();
      done(input.value);
    });
    input.focus();
    input.select();
  }
}

/** A bookmarked message, and where it was said. */
export function bookmarkRow(one, { href, open, remove }) {
  const who = one.message.role === "user" ? (one.message.author ?? "You") : (one.message.author ?? "AI");
  const text = el("a", { class: "row-text", href, on: { click: open } }, el("span", { class: "said", dir: "auto" }, one.message.text), el("span", { class: "quiet facts" }, `${who} · ${one.title || "New chat"} · ${when(one.message.created_at)}`));
  return el("li", { class: "row" }, text, el("button", { type: "button", class: "round", "aria-label": "Remove the bookmark", title: "Remove the bookmark", on: { click: remove } }, icon("close")));
}

function facts({ updated_at, details }) {
  const parts = [when(updated_at)];
  if (details?.messages) {
    parts.push(details.messages === 1 ? "1 message" : `${details.messages.toLocaleString("en")} messages`, long(details.duration_seconds));
    parts.push(...details.languages.slice(0, 3).map((code) => named(code)), ...details.models.slice(0, 2));
  }
  return parts.filter(Boolean).join(" · ");
}

function long(seconds) {
  if (seconds < 60) return "";
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} days`;
}

function named(code) {
  try {
    return NAMES.of(code);
  } catch {
    return code;
  }
}
