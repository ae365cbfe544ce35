// The slate: a text on one side, what is made of it on the other, alive. Plain ES modules.
//
//   const view = mountSlate(root, { slate, strings, languages, target, theme, onAddress });
//   view.destroy();

import { put } from "../clipboard.js";
import { el, setText } from "../dom.js";
import { icon } from "../icons.js";
import { Line } from "../line.js";
import { forget, load, save } from "../storage.js";
import { styleSheets } from "../styles.js";
import { Words } from "../words.js";
import { openAlternatives, openRooms, openSlates, openVersions } from "./panels.js";
import { Result } from "./result.js";
import { Status } from "./status.js";
import { Toolbar } from "./toolbar.js";
import { AUTO, counted, TASKS } from "./wording.js";

const DEBOUNCE = 500; // ms without a key until the text is run
const NOTICE = 6000; // ms a notice stays
const MENTION_LOSS = 1500; // ms a lost line goes unmentioned
const SHEETS = ["room.css", "sheet.css", "controls.css", "slate/markdown.css", "slate/slate.css"];
const DRAFT = "parley-slate:draft"; // what was typed and is not known to be kept
const PREFERENCES = "parley-slate";
const USUAL = { task: "translate", source: null, target: "en", formality: null, keep_formatting: true, style: "clearer", instruction: "", reply_in: null };

/**
 * Show a slate in `root`. `slate`: its id, or null for a new one; `strings`, `languages`: as
 * `mountRoom` takes them; `target`: the language to translate into at first; `onAddress(id)`
 * hears which slate is shown.
 */
export function mountSlate(root, options) {
  const slate = new Slate(root, options);
  return { destroy: () => slate.destroy(), setTheme: (theme) => (slate.element.dataset.theme = theme), open: (id) => slate.open(id), get id() { return slate.id; } };
}

class Slate {
  constructor(root, { slate, strings, languages, target, theme, onAddress }) {
    const preferred = load(PREFERENCES) ?? {};
    this.usual = { ...USUAL, target: preferred.target ?? target ?? "en" };
    Object.assign(this, { id: slate, onAddress, options: { ...this.usual }, able: true, recentCodes: preferred.recent ?? [], run: null, dirty: false, writing: false });
    this.words = new Words(strings, "en", [{ code: AUTO, name: "" }, ...languages]);
    this.#build(root, languages, theme);
    this.draft = load(DRAFT);
    this.leave = () => this.dirty && this.#keepNow();
    window.addEventListener("pagehide", this.leave);
    this.line = new Line("/ws/slates", {
      onEvent: (event) => this.#heard(event),
      onLine: (up) => this.#lineIs(up),
    });
    this.#draw();
  }

  destroy() {
    this.leave();
    window.removeEventListener("pagehide", this.leave);
    [this.timer, this.noticeTimer, this.patience].forEach(clearTimeout);
    this.line.close();
    this.element.remove();
    this.sheets.forEach((sheet) => sheet.remove());
  }

  // Building

  #build(root, languages, theme) {
    this.element = el("div", { class: "parley slate", dataset: { theme }, style: { visibility: "hidden" } });
    this.toolbar = new Toolbar({
      root: this.element, words: this.words, languages,
      onChange: (changes, how) => this.#choose(changes, how),
      onSwap: () => this.#swap(),
      recent: () => this.recentCodes,
    });
    this.input = el("textarea", { class: "text-in", dir: "auto", rows: "6", "aria-label": "Your text", placeholder: "Write or paste a text", spellcheck: "true", on: { input: () => this.#typed(), keydown: (event) => this.#key(event) } });
    this.count = el("span", { class: "quiet" });
    this.clear = button("close", "Clear", () => this.#clear());
    this.result = new Result({ onSentence: (choice) => this.#alternatives(choice) });
    this.empty = el("div", { class: "nothing" });
    this.status = new Status({ onStop: () => this.#ask({ stop: this.id }), onResume: () => this.#go(), onAgain: () => this.#go({ again: true }) });
    this.copy = button("copy", "Copy", () => this.#copy());
    this.send = button("send", "Send to a room", () => this.#rooms());
    this.anew = button("retry", "Again", () => this.#go({ again: true }));
    const left = el("section", { class: "pane of-text", "aria-label": "Text" }, this.input, el("div", { class: "foot-bar" }, this.count, this.clear));
    const right = el("section", { class: "pane of-result", "aria-label": "What is made of it" }, el("div", { class: "scroll" }, this.empty, this.result.element), this.status.element, el("div", { class: "foot-bar" }, this.copy, this.send, this.anew));
    this.versions = button("history", "Versions", () => this.#versions());
    const bar = el("div", { class: "top-bar" }, button("list", "Slates", () => this.#slates()), button("plus", "New", () => this.open(null)), el("span", { class: "gap" }), this.versions);
    this.notice = el("div", { class: "notice", role: "status", hidden: true });
    this.element.append(bar, this.toolbar.element, el("div", { class: "panes" }, left, right), el("div", { class: "notices" }, this.notice));
    this.sheets = styleSheets(() => (this.element.style.removeProperty("visibility"), this.#grow()), SHEETS);
    root.append(...this.sheets, this.element);
  }

  // The line

  #lineIs(up) {
    clearTimeout(this.patience);
    if (!up) {
      this.patience = setTimeout(() => this.#tell("Parley does not answer. What you type is kept here until it does.", null, true), MENTION_LOSS);
      return;
    }
    if (this.notice.dataset.lost) this.notice.hidden = true;
    this.#load();
  }

  /** Show what is kept; what was typed and never kept comes before it. */
  async #load() {
    const draft = this.dirty ? null : this.draft;
    this.draft = null;
    const id = this.id;
    try {
      const { slate, able } = await this.line.ask({ open: id });
      if (id !== this.id) return;
      this.able = able;
      if (slate && !this.dirty) this.#show(slate);
      if (draft && (draft.id ?? null) === (id ?? null)) this.#recover(draft);
      if (this.dirty) this.#flush(true);
    } catch (error) {
      if (error.code === "not_found") return this.#gone();
      if (error.code !== "lost") this.#tell(error.message);
    }
    this.#draw();
    return undefined;
  }

  #recover({ text, options }) {
    this.input.value = text;
    this.options = { ...this.options, ...options };
    this.dirty = true;
  }

  #gone() {
    forget(DRAFT);
    this.open(null);
    this.#tell("There is no such slate. It may have been deleted.");
  }

  #show({ id, text, options }) {
    this.id = id;
    this.options = { ...this.usual, ...options };
    if (this.input.value !== text) this.input.value = text;
    this.#grow();
    this.#draw();
  }

  /** Show another slate, or a new one. */
  open(id) {
    this.leave();
    clearTimeout(this.timer);
    Object.assign(this, { id, run: null, dirty: false, options: id ? this.options : { ...this.options, instruction: "", source: null } });
    this.input.value = "";
    this.result.clear();
    this.onAddress(id);
    this.#grow();
    this.#draw();
    if (id) this.#load();
    else {
      this.#ask({ open: null });
      this.input.focus();
    }
  }

  // Typing and choosing

  #typed() {
    this.#changed();
    this.#later();
  }

  #changed() {
    this.dirty = true;
    save(DRAFT, { id: this.id, text: this.input.value, options: this.options });
    this.#grow();
    this.#draw();
  }

  #later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#flush(true), DEBOUNCE);
  }

  #key(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
      event.preventDefault();
      this.#go();
    }
  }

  #choose(changes, { typed } = {}) {
    this.options = { ...this.options, ...changes };
    if (changes.target) this.#remember(changes.target);
    this.#changed();
    if (typed) this.#later();
    else this.#go();
  }

  #remember(code) {
    this.usual.target = code;
    this.recentCodes = [code, ...this.recentCodes.filter((one) => one !== code)].slice(0, 4);
    save(PREFERENCES, { target: code, recent: this.recentCodes });
  }

  /** Run it now. */
  #go({ again } = {}) {
    clearTimeout(this.timer);
    this.dirty = true;
    this.#flush(true, again);
  }

  /** Keep what was typed, and run it where that can be done. One after the other: a new slate
   * must not be made twice. */
  async #flush(run, again = false) {
    if (this.writing || !this.line.up) return void (this.flushAgain = { run, again });
    const text = this.input.value;
    const { id, options } = this;
    if (!id && !text.trim()) return undefined;
    this.dirty = false;
    this.writing = true;
    const runs = run && Boolean(text.trim()) && (this.able || options.task === "translate");
    if (run && !runs && id) this.#ask({ stop: id });
    try {
      const done = await this.line.ask({ write: { id, text, options, run: runs, again } });
      this.#kept(id, done.id, text);
    } catch (error) {
      this.dirty ||= error.code === "lost";
      if (error.code !== "lost") this.#tell(error.message);
    }
    this.writing = false;
    const next = this.flushAgain;
    this.flushAgain = null;
    if (next && (this.dirty || next.again)) this.#flush(next.run, next.again);
    this.#draw();
    return undefined;
  }

  /** Keep what was typed before something else is shown: without waiting for what is under way. */
  #keepNow() {
    const { id, options } = this;
    const text = this.input.value;
    this.dirty = false;
    if (id || text.trim()) this.line.ask({ write: { id, text, options } }).catch(() => {}); // the draft stays
  }

  #kept(asked, id, text) {
    if (this.id === asked && !asked) {
      this.id = id;
      this.onAddress(id);
    }
    if (this.id === id && this.input.value === text) forget(DRAFT);
    else if (this.id === id) save(DRAFT, { id, text: this.input.value, options: this.options });
  }

  #swap() {
    const { options, run } = this;
    const from = options.source ?? run?.language;
    const text = this.result.text;
    if (!from && !text) return this.#tell("Write something first: then Parley knows which languages to swap.");
    this.options = { ...options, source: options.source ? options.target : null, target: from ?? options.target };
    if (text) this.input.value = text;
    this.result.clear();
    this.#changed();
    return this.#go();
  }

  #clear() {
    const before = { text: this.input.value, options: this.options };
    this.input.value = "";
    this.result.clear();
    this.run = null;
    this.#changed();
    this.#go();
    this.input.focus();
    this.#tell("Cleared.", { label: "Undo", act: () => (this.#recover(before), this.#changed(), this.#go()) });
  }

  // The result

  #heard(event) {
    if (event.event === "error") return this.#tell(event.message);
    if (event.event !== "run") return undefined;
    if (!this.id && this.writing) this.#kept(null, event.id, null);
    if (event.id !== this.id || !this.input.value.trim()) return undefined;
    this.run = event;
    const language = event.task === "translate" ? event.target : event.task === "rewrite" ? event.language : (event.reply_in ?? event.language);
    this.result.update(event, language);
    return this.#draw();
  }

  #draw() {
    const { options, run, result } = this;
    const text = this.input.value;
    const some = Boolean(text.trim());
    const unable = !this.able && options.task !== "translate";
    this.toolbar.show(options, some ? run?.language : null);
    setText(this.count, some ? counted(text) : "");
    this.clear.hidden = !text;
    this.status.show(some && !unable ? run : null, options);
    this.element.classList.toggle("unable", unable);
    this.empty.hidden = !unable && (Boolean(result.pieces.length) || (some && run?.status === "running"));
    result.element.hidden = unable || !some;
    if (!this.empty.hidden) this.#explain(unable);
    const ready = Boolean(result.text.trim()) && some && !unable;
    for (const one of [this.copy, this.send]) one.disabled = !ready;
    this.anew.disabled = !some || unable || run?.status === "running";
    this.versions.disabled = !this.id;
  }

  #explain(unable) {
    const key = unable ? `unable ${this.options.task}` : this.options.task;
    if (this.explained === key) return;
    this.explained = key;
    const { label, empty } = TASKS[this.options.task];
    this.empty.replaceChildren(
      el("p", { class: "nothing-title" }, unable ? `To ${label.toLowerCase()}, Parley needs an AI of your own` : empty),
      unable
        ? el("p", {}, "The small built-in model is not able to do this well. Translating works with nothing configured. ", el("a", { href: "/settings" }, "Open Settings"), " to add a key, or a model that runs on this computer.")
        : el("p", {}, "It changes with the text. Everything is kept, with its versions."),
    );
  }

  #grow() {
    const { input } = this;
    input.style.blockSize = "auto";
    input.style.blockSize = `${input.scrollHeight}px`;
  }

  async #copy() {
    const { text } = this.result;
    try {
      await put(text);
    } catch {
      return this.#tell("The browser does not let Parley copy. Select the text instead.");
    }
    this.copy.replaceChildren(icon("check"), el("span", {}, "Copied"));
    this.#tell("Copied.");
    clearTimeout(this.copied);
    this.copied = setTimeout(() => this.copy.replaceChildren(icon("copy"), el("span", {}, "Copy")), NOTICE);
    return undefined;
  }

  #alternatives({ element, ...sentence }) {
    const id = this.id;
    openAlternatives(this.element, element, {
      language: this.run?.target,
      ask: async () => (await this.line.ask({ alternatives: { id, ...sentence } })).alternatives,
      use: (by) => this.#ask({ amend: { id, ...sentence, by } }),
    });
  }

  // Sheets

  #slates() {
    if (this.dirty) this.#flush(true);
    this.panel = openSlates(this.element, {
      id: this.id,
      list: async (query) => (await this.#ask({ list: query }))?.slates ?? [],
      open: (id) => this.open(id),
      fresh: () => this.open(null),
      rename: (id, title) => this.#ask({ rename: id, title }),
      remove: (slate) => this.#remove(slate),
    });
  }

  async #remove(slate) {
    if (!(await this.#ask({ delete: slate.id }))) return;
    if (slate.id === this.id) {
      forget(DRAFT);
      this.dirty = false;
      this.open(null);
    }
    const undo = async () => {
      if (await this.#ask({ undelete: slate.id })) this.panel?.show();
    };
    this.#tell(`“${slate.title}” is deleted.`, { label: "Undo", act: undo });
  }

  async #versions() {
    const found = await this.#ask({ versions: this.id });
    if (found) openVersions(this.element, found.versions, (version) => this.#restore(version));
  }

  async #restore(version) {
    clearTimeout(this.timer);
    const found = await this.#ask({ restore: { id: this.id, version } });
    if (!found) return;
    this.dirty = false;
    forget(DRAFT);
    this.#show(found.slate);
    this.#tell("This version is back. What was there is among the versions, too.");
  }

  async #rooms() {
    const found = await this.#ask({ rooms: true });
    if (found) openRooms(this.element, found.rooms, (room) => this.#say(room));
  }

  async #say(room) {
    const said = await this.#ask({ send: { room: room.id, text: this.result.text } });
    if (said) this.#tell(`Sent to ${room.name}.`, { label: "Open the room", href: `/rooms?room=${room.id}` });
  }

  /** What comes of a wish; nothing where it failed, which is told. */
  async #ask(wish) {
    try {
      return await this.line.ask(wish);
    } catch (error) {
      this.#tell(error.message);
      return null;
    }
  }

  #tell(text, action = null, lost = false) {
    const { label, act, href } = action ?? {};
    const link = href ? el("a", { href }, label) : null;
    const undo = act ? el("button", { type: "button", class: "undo", on: { click: () => ((this.notice.hidden = true), act()) } }, label) : null;
    this.notice.replaceChildren(text, ...[link, undo].filter(Boolean));
    this.notice.dataset.lost = lost ? "yes" : "";
    const open = [...this.element.querySelectorAll("dialog[open]")].at(-1);
    (open ?? this.element.querySelector(".notices")).append(this.notice);
    this.notice.hidden = false;
    clearTimeout(this.noticeTimer);
    if (!lost) this.noticeTimer = setTimeout(() => (this.notice.hidden = true), NOTICE);
  }
}

function button(name, label, act) {
  return el("button", { type: "button", class: "tool", title: label, on: { click: act } }, icon(name), el("span", {}, label));
}
