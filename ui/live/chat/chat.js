// The chat: one conversation with the AI, alive. Plain ES modules, no build.
//
//   const view = mountChat(root, { conversation, message, strings, theme, onAddress, onGo });
//   view.destroy();

import { Aloud } from "../aloud.js";
import { Composer } from "../composer.js";
import { el, setText } from "../dom.js";
import { icon } from "../icons.js";
import { Line } from "../line.js";
import { transcribe } from "../recorder.js";
import { styleSheets } from "../styles.js";
import { ask, SHEET, SummaryCard } from "../summary/card.js";
import { Words } from "../words.js";
import { Asking } from "./asking.js";
import { Deeds } from "./deeds.js";
import { adopt } from "../markdown/libraries.js";
import { openMenu } from "./menu.js";
import { Models } from "./models.js";
import { Next } from "./next.js";
import { quoteOf } from "./quote.js";
import { Thread } from "./thread.js";
import { Welcome } from "./welcome.js";

const NOTICE = 5000; // ms a notice stays
const HERE = { zone: Intl.DateTimeFormat().resolvedOptions().timeZone, language: navigator.language };
const MENTION_LOSS = 1500; // ms a lost line goes unmentioned
const SHEETS = ["room.css", "sheet.css", "voice.css", "chat/chat.css", "chat/message.css", "markdown/markdown.css", SHEET];

/**
 * Show a conversation in `root`. `conversation`: its id, or null for a new one; `message`: the one
 * to jump to; `saying` {text, asks, now}: what to say, or to put where one types; `strings`: the words of the composer; `onAddress(id)` hears which conversation is
 * shown; `onGo(page, query)` leads to another of the host's pages.
 */
export function mountChat(root, options) {
  const chat = new Chat(root, options);
  return {
    destroy: () => chat.destroy(),
    setTheme: (theme) => (chat.element.dataset.theme = theme),
    open: (id, message) => chat.open(id, message),
    get id() {
      return chat.id;
    },
  };
}

class Chat {
  constructor(root, { conversation, message, saying, strings, theme, onAddress, onGo }) {
    Object.assign(this, { id: conversation, aim: message ?? null, saying: saying ?? null, onAddress, onGo, turn: null, reading: null, shown: false, frames: [], ended: false, quoted: null });
    this.words = new Words(strings, "en");
    this.aloud = new Aloud({ following: false, onChange: () => this.thread.messages.forEach((one) => one.actions.offerReading()) });
    this.deeds = new Deeds(this);
    this.models = new Models({ root: () => this.element, onMore: () => onGo("settings") });
    this.#build(root, theme);
    adopt(root);
    this.line = new Line("/ws/threads", { onEvent: (event) => this.#heard(event), onLine: (up) => this.#lineIs(up) });
  }

  destroy() {
    [this.patience, this.noticeTimer].forEach(clearTimeout);
    this.aloud.destroy();
    this.composer.destroy();
    this.next.destroy();
    this.thread.destroy();
    this.line.close();
    this.element.remove();
    this.sheets.forEach((sheet) => sheet.remove());
  }

  // Building

  #build(root, theme) {
    const goTo = (page, query) => this.#wayTo(page, query);
    this.thread = new Thread({ desk: this.deeds, aloud: this.aloud, root: () => this.element, goTo, used: (memories) => this.#used(memories), shaped: (insights) => this.#shaped(insights) }, (way, id) => this.line.ask({ [way]: id }));
    this.welcome = new Welcome({ onSay: (text) => this.deeds.say(text), goTo });
    this.composer = new Composer({
      words: this.words,
      reading: "en",
      draftKey: draftOf(this.id),
      onSay: (text) => this.deeds.say(text, { quote: this.quoted }),
      onStop: () => this.deeds.stop(),
      voice: {
        transcribe: (file, name, signal) => transcribe("/api/speech/transcriptions", { headers: {}, file, name, signal }),
        spoken: navigator.language,
        onNotice: (text) => this.tell(text),
        onListening: (listens) => this.aloud.hold(listens),
      },
    });
    this.next = new Next({ ask: (wish) => this.line.ask(wish), onSay: (text) => this.deeds.say(text) });
    this.composer.input.addEventListener("input", () => this.next.clear());
    this.chip = el("div", { class: "quote-chip", hidden: true });
    this.problem = el("div", { class: "problem", role: "alert", hidden: true });
    this.closed = el("div", { class: "ended-note", hidden: true }, el("span", {}, "This conversation has ended."), el("button", { type: "button", class: "remedy main", on: { click: () => this.deeds.reopen() } }, icon("retry"), "Reopen"));
    this.notice = el("div", { class: "notice", role: "status", hidden: true });
    this.summary = new SummaryCard({ onMessage: (id) => this.deeds.jump(id), onTell: (text) => this.tell(text) });
    this.thread.after.append(this.next.element, this.summary.element, this.problem);
    this.thread.scroller.prepend(this.welcome.element);
    this.asking = new Asking(() => this.#invite());
    this.more = el("button", { type: "button", class: "act", "aria-label": "This conversation", title: "This conversation", "aria-haspopup": "menu", hidden: true, on: { click: () => this.#menu() } }, icon("more"));
    const under = el("div", { class: "under" }, this.models.button, this.asking.button, el("span", { class: "gap" }), this.more);
    this.below = el("div", { class: "below" }, el("div", { class: "notices" }, this.notice), this.chip, this.composer.element, this.closed, under);
    this.element = el("div", { class: "parley chat", dataset: { theme }, style: { visibility: "hidden" } }, this.thread.element, this.below);
    this.sheets = styleSheets(() => this.#appear(), SHEETS);
    root.append(...this.sheets, this.element);
  }

  #invite() {
    this.composer.input.placeholder = this.asking.on ? "Ask what was said, when and by whom" : this.words.say("composer.label");
    this.focus();
  }

  #appear() {
    this.element.style.removeProperty("visibility");
    this.focus();
  }

  /** A link to another of the host's pages that needs no new page, or opens one beside this. */
  #wayTo(page, query = {}) {
    const click = (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
      event.preventDefault();
      this.onGo(page, query);
    };
    const asked = new URLSearchParams(query).toString();
    return { href: `/${page}${asked ? `?${asked}` : ""}`, on: { click } };
  }

  #used(memories) {
    const label = memories.length === 1 ? "Used 1 memory" : `Used ${memories.length} memories`;
    const link = ({ id, text }) => el("a", { class: "menu-item", dir: "auto", ...this.#wayTo("memories", { memory: id }) }, icon("pen"), el("span", {}, text));
    const told = () => el("p", { class: "quiet" }, "This reply was made with what Parley knows of you. Choose one to correct it.");
    const button = el("button", { type: "button", class: "used", "aria-haspopup": "menu", on: { click: () => openMenu(this.element, button, [told(), ...memories.map(link)], label) } }, icon("memory"), label);
    return button;
  }

  /** What can be done with the conversation as a whole. */
  #menu() {
    const { summary, id } = this;
    const item = (name, label, act) => ({ icon: name, label, act });
    const items = [item("summary", summary.exists ? "Summarise again" : "Summarise now", () => (summary.make(), this.thread.follow()))];
    if (!this.ended) items.push(item("check", "End this conversation", () => ask("POST", `${id}/end`).catch((error) => this.tell(error.message))));
    openMenu(this.element, this.more, items, "This conversation");
  }

  #shaped(insights) {
    const labels = insights.map(({ label }) => label).join(", ");
    const why = "This reply was made with what Parley has learned of you. See and correct it.";
    return el("a", { class: "used", dir: "auto", title: why, ...this.#wayTo("profile") }, icon("person"), el("span", {}, `Profile: ${labels}`));
  }

  // Opening

  /** Show another conversation, null for a new one; `message` is the one to jump to. */
  open(id, message = null) {
    if (id === this.id && message) return this.deeds.jump(message);
    Object.assign(this, { id, aim: message, frames: [], ended: false });
    this.aloud.stop();
    this.next.clear();
    this.thread.clear();
    this.answering(null);
    this.quoting(null);
    this.complain(null);
    this.models.choose(null);
    this.models.follow(null);
    this.asking.choose(false);
    this.summary.follow(null);
    this.composer.keep(draftOf(id));
    this.welcome.element.hidden = true;
    this.focus();
    return this.load();
  }

  /** Read the conversation, and hear of it from now on. */
  async load() {
    const { id, aim } = this;
    if (!this.line.up) return;
    const reading = (this.reading = {}); // what comes meanwhile waits: it belongs below the page
    try {
      const page = await this.line.ask({ open: id, around: aim, ...HERE });
      if (reading === this.reading && id === this.id) await this.#show(page, aim, reading);
    } catch (error) {
      if (reading !== this.reading || id !== this.id || error.code === "lost") return;
      if (error.code === "not_found") this.open(null).then(() => this.complain(error.message));
      else this.complain(error.message);
      if (error.code === "not_found") this.onAddress(null);
    } finally {
      if (reading === this.reading) this.reading = null;
      this.#soon();
    }
  }

  async #show(page, aim, reading) {
    this.aim = null;
    this.shown = true;
    this.models.take(page.models);
    this.composer.setLimits({ recording_seconds: page.recording_seconds });
    this.end(page.ended ?? false);
    this.summary.follow(page.id ?? null, { ended: this.ended });
    if (page.missing) this.tell(page.missing);
    if (page.welcome) this.welcome.show(page.welcome);
    if (page.openings) this.welcome.open(page.openings);
    if (page.id) await this.#take(page, page.missing ? null : aim);
    if (reading !== this.reading) return;
    if (this.thread.last?.data.searched && !this.asking.on) this.asking.choose(true);
    this.answering(page.turn ?? null);
    this.recount();
    this.deeds.recover();
    this.#sayAtOnce();
  }

  /** What another page has asked to be said here, or somebody who was quicker than Parley. */
  #sayAtOnce() {
    const { saying } = this;
    this.saying = null;
    if (!saying || (saying.typed && !this.composer.takeBack(saying.text))) return;
    this.asking.choose(saying.asks);
    if (saying.now) this.deeds.say(saying.text);
    else this.composer.restore(saying.text);
  }

  /** A page after the line was lost goes on where the messages here end. */
  #take(page, aim) {
    const [first] = page.messages;
    const { thread } = this;
    if (aim === null && thread.messages.length && thread.later) return thread.more(); // the reader is far above
    const joins = aim === null && thread.messages.length && first && (thread.find(first.id) || thread.has(first.parent));
    if (!joins) return thread.begin(page, aim);
    return thread.put(first.parent, page.messages);
  }

  // Hearing

  #lineIs(up) {
    clearTimeout(this.patience);
    if (up) {
      if (this.notice.dataset.lost) this.notice.hidden = true;
      this.load();
    } else this.patience = setTimeout(() => this.tell("Parley does not answer. What you type is kept here until it does.", true), MENTION_LOSS);
  }

  /** Everything that came within a frame is shown in one go. */
  #heard(event) {
    this.frames.push(event);
    this.#soon();
  }

  #soon() {
    if (this.scheduled || !this.frames.length) return;
    this.scheduled = true;
    (document.hidden ? setTimeout : requestAnimationFrame)(() => this.#apply());
  }

  #apply() {
    this.scheduled = false;
    if (this.reading) return;
    for (const frame of this.frames.splice(0)) {
      if (this.id === null && frame.event === "turn" && this.turn) this.become(frame.id);
      if (["welcome", "openings"].includes(frame.event) || frame.id === this.id) this.#one(frame);
    }
  }

  #one({ event, ...frame }) {
    if (event === "grow") this.#grow(frame);
    else if (event === "turn") this.#begun(frame.messages);
    else if (event === "message") this.#settled(frame.message);
    else if (event === "branch") this.deeds.readAfter(frame.after);
    else if (event === "summary") this.summary.refresh();
    else if (event === "ended") this.#over(frame.on);
    else if (event === "openings") this.welcome.open(frame.openings);
    else if (event === "welcome") {
      this.models.take(frame.models);
      this.welcome.show(frame.welcome);
    }
  }

  #over(ended) {
    this.end(ended);
    this.summary.end(ended);
    this.summary.refresh();
  }

  #grow({ message: id, ...growth }) {
    const message = this.thread.find(id);
    if (message) this.thread.keep(() => message.grow(growth));
  }

  /** A question and its reply: what stood after the same message has moved to another branch. */
  #begun(messages) {
    const [first] = messages;
    const reply = messages.at(-1);
    if (this.thread.has(first.parent) || this.thread.find(first.id)) this.thread.put(first.parent, messages);
    else if (!this.thread.later) this.load();
    this.answering(reply.status === "streaming" ? reply.id : null);
    this.recount();
  }

  #settled(data) {
    const message = this.thread.find(data.id);
    if (message) this.thread.keep(() => message.update(data));
    const mine = this.turn === data.id && data.status !== "streaming";
    if (mine) this.answering(null);
    if (mine && data.status === "complete" && !this.composer.input.value) this.next.after(data.id);
    if (this.summary.exists && data.status !== "streaming") this.summary.refresh();
    this.recount();
  }

  // What stands around the messages

  /** A reply is being written (its id, or "new" before it has one), or none. */
  answering(turn) {
    this.turn = turn;
    if (turn !== null) this.next.clear();
    this.composer.setBusy(turn !== null);
  }

  /** What depends on the messages there are. */
  recount() {
    const { messages } = this.thread;
    this.welcome.element.hidden = this.id !== null || messages.length > 0;
    const last = messages.findLast(({ data }) => data.role === "assistant");
    this.models.follow(last?.data.entry ?? null);
    this.more.hidden = this.id === null || !last;
  }

  end(ended) {
    this.ended = ended;
    this.composer.element.hidden = ended;
    this.closed.hidden = !ended;
  }

  /** The conversation that has just begun here. */
  become(id) {
    this.id = id;
    this.summary.follow(id);
    this.composer.keep(draftOf(id), { along: true });
    this.onAddress(id);
  }

  /** What is typed will be a reply to a message; null to none. */
  quoting(message) {
    this.quoted = message?.data ?? null;
    this.chip.hidden = !message;
    if (!message) return;
    const drop = el("button", { type: "button", class: "act", "aria-label": "Do not reply to it", title: "Do not reply to it", on: { click: () => (this.quoting(null), this.composer.input.focus()) } }, icon("close"));
    this.chip.replaceChildren(...quoteOf(message.data), drop);
    this.composer.input.focus({ preventScroll: true });
  }

  complain(text) {
    this.problem.hidden = !text;
    this.problem.replaceChildren(...(text ? [icon("alert"), el("span", {}, text)] : []));
    if (text) this.thread.follow();
  }

  tell(text, lost = false) {
    setText(this.notice, text);
    this.notice.dataset.lost = lost ? "yes" : "";
    this.notice.hidden = false;
    clearTimeout(this.noticeTimer);
    if (!lost) this.noticeTimer = setTimeout(() => (this.notice.hidden = true), NOTICE);
  }

  /** To the input, unless somebody types elsewhere. */
  focus() {
    let active = document.activeElement;
    while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
    if (active?.matches("input:not([type=radio]), textarea") || matchMedia("(pointer: coarse)").matches) return;
    this.composer.input.focus({ preventScroll: true });
  }
}

function draftOf(id) {
  return `parley-chat:${id ?? "new"}:draft`;
}
