// The live room: what a guest and the host see of a conversation. Plain ES modules, no build.
//
//   import { mountRoom } from "/live/room.js";
//   const view = mountRoom(root, { socketUrl, language, strings, languages });
//   view.destroy();
//
// `root` is an element or a shadow root; nothing outside of it is touched. Colours come from
// CSS variables (--parley-..., see room.css), so a host page can map its own theme onto it.

import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { el, setText } from "./dom.js";
import { Header } from "./header.js";
import { farewell, JoinForm } from "./join.js";
import { pickLanguage } from "./languages.js";
import { Log } from "./log.js";
import { Outbox } from "./outbox.js";
import { peopleList } from "./people.js";
import { openSheet } from "./sheet.js";
import { forget, load, save } from "./storage.js";
import { match, Words } from "./words.js";

const STYLES = ["room.css", "messages.css", "join.css", "sheet.css"];
const PATIENCE = 900; // ms a lost line goes unmentioned
const ENDED = ["not_found", "closed", "room_full"];

/**
 * Show a room in `root`. Options:
 * - socketUrl: where the room's WebSocket is, absolute or relative to the page
 * - strings, language: the page's words (key -> text) and their language
 * - languages: [{code, name, english?}] people can read in
 * - host: true for the host, who joins without a form
 * - storageKey: under which this browser remembers who it is; none: nothing is kept
 * - preferencesKey: under which it remembers name and languages for the next room
 * - room: {name} where it is known before joining; missing: true where there is no such room
 * - reading: the language to read in, preselected
 * - interfaces, loadStrings: [{code, name}] the page can be shown in, and `async code -> strings`
 * - theme: "auto", "light" or "dark"
 * - onLanguage(code), onUnread(count), onRoom(room): for the page around it
 * Returns {destroy(), setTheme(theme)}.
 */
export function mountRoom(root, options) {
  const room = new Room(root, options);
  return { destroy: () => room.destroy(), setTheme: (theme) => room.setTheme(theme) };
}

class Room {
  constructor(root, options) {
    this.options = options;
    this.words = new Words(options.strings, options.language, options.languages);
    this.saved = load(options.storageKey) ?? {};
    this.preferences = load(options.preferencesKey) ?? {};
    this.reading = this.saved.language ?? options.reading ?? options.language;
    this.room = options.room ?? {};
    this.people = [];
    this.queue = [];
    this.hiddenNews = 0;
    this.draftKey = options.storageKey ? `${options.storageKey}:draft` : null;
    this.outbox = new Outbox(options.storageKey ? `${options.storageKey}:outbox` : null);
    this.element = el("div", { class: "parley", style: { visibility: "hidden" } });
    this.header = new Header(this.words, {
      onPeople: () => this.#showPeople(),
      onLanguage: options.interfaces && (() => this.#pickInterface()),
    });
    this.body = el("div", { class: "body" });
    this.notice = el("div", { class: "notice", role: "status", hidden: true });
    this.element.append(this.header.element, this.body, this.notice);
    this.setTheme(options.theme ?? "auto");
    root.append(...styleSheets(() => this.element.style.removeProperty("visibility")), this.element);
    this.root = root;
    this.seen = () => document.visibilityState === "visible" && this.#news(0);
    document.addEventListener("visibilitychange", this.seen);
    this.connection = new Connection(new URL(options.socketUrl, location.href).href.replace(/^http/, "ws"), {
      hello: () => this.#hello(),
      onEvent: (event) => this.#heard(event),
      onState: (state) => this.#line(state),
    });
    this.#speak();
    if (options.missing) this.#end("not_found");
    else if (options.host || this.saved.participant) this.#enter();
    else this.#askIn();
  }

  destroy() {
    document.removeEventListener("visibilitychange", this.seen);
    clearTimeout(this.patience);
    clearTimeout(this.noticeTimer);
    this.connection.stop();
    this.log?.destroy();
    this.element.remove();
  }

  setTheme(theme) {
    this.element.dataset.theme = theme;
  }

  // Coming in and going out

  #askIn(complaint) {
    this.join = new JoinForm({
      words: this.words,
      room: this.room,
      name: this.saved.name ?? this.preferences.name,
      language: this.reading,
      onJoin: (name, language) => this.#join(name, language),
      onLanguage: () => this.#pickReading(),
    });
    this.#show("joining", this.join.element);
    if (complaint) this.join.complain(complaint);
  }

  #join(name, language) {
    this.saved = { name, language };
    this.connection.stop();
    this.connection.start();
  }

  #hello() {
    const { options, saved } = this;
    const after = this.log?.settled ?? 0;
    Object.assign(this, { asked: after, firstNew: null });
    if (options.host) return { join: { after } };
    if (saved.participant) return { join: { participant: saved.participant, after, language: this.reading } };
    return { join: { name: saved.name, language: saved.language } };
  }

  #enter() {
    this.join = null;
    const actions = {
      retry: (id) => this.connection.send({ retry: id }),
      resend: (nonce) => this.#resend(nonce),
      discard: (nonce) => this.#discard(nonce),
      older: (id) => this.connection.send({ older: id }),
    };
    this.log = new Log({ words: this.words, reading: this.reading, actions });
    this.log.caughtUp(false, true);
    this.composer = new Composer({ words: this.words, draftKey: this.draftKey, onSay: (text) => this.#say(text) });
    this.composer.read(this.words, this.reading);
    this.log.keep(() => this.outbox.letters.forEach((letter) => this.#showLetter(letter)));
    this.#show("talking", this.log.element, this.composer.element);
    this.header.setRoom(this.room, true);
    this.connection.start();
  }

  #end(code) {
    this.connection.stop();
    const { words } = this;
    const again = { label: words.say(code === "left" ? "end.left.again" : "end.again"), act: () => this.#startAgain() };
    const page = { title: words.say(`end.${code}.title`), text: words.say(`end.${code}.text`) };
    this.ended = code;
    this.#leaveLog();
    this.#show("over", farewell({ ...page, action: code === "closed" ? null : again }));
  }

  #startAgain() {
    if (this.options.missing) return location.reload();
    this.ended = null;
    return this.options.host ? this.#enter() : this.#askIn();
  }

  #leave() {
    this.connection.send({ leave: true });
    this.#forget();
    this.#end("left");
  }

  #forget() {
    forget(this.options.storageKey);
    forget(this.draftKey);
    this.outbox.letters.map((letter) => letter.nonce).forEach((nonce) => this.outbox.remove(nonce));
    this.saved = { name: this.saved.name };
  }

  #leaveLog() {
    this.log?.destroy();
    this.log = this.composer = null;
    this.header.setRoom(this.room, false);
  }

  #show(mode, ...parts) {
    this.element.dataset.mode = mode;
    this.body.replaceChildren(...parts);
  }

  // What the room says

  #heard(event) {
    if (event.event === "joined") this.#joined(event);
    else if (event.event === "error") this.#refused(event);
    else {
      this.queue.push(event);
      if (this.queue.length === 1) (document.hidden ? setTimeout : requestAnimationFrame)(() => this.#apply());
    }
  }

  /** Everything that came within a frame is shown in one go. */
  #apply() {
    const events = this.queue.splice(0);
    this.log?.keep(() => events.forEach((event) => this.#one(event)));
  }

  #one(event) {
    if (event.event === "participants") this.#showCompany(event.participants);
    else if (event.event === "message") this.#message(event);
    else if (event.event === "translation") this.log.translate(event);
    else if (event.event === "older") this.log.caughtUp(event.more);
    else if (event.event === "caught_up") this.#current(event);
  }

  #joined({ participant, token, room, limits }) {
    this.me = participant;
    if (token) this.saved = { ...this.saved, participant: token };
    this.saved = { ...this.saved, name: participant.name, language: participant.language };
    this.reading = participant.language ?? this.reading;
    if (!this.options.host) save(this.options.storageKey, this.saved);
    this.#prefer({ name: participant.name, language: participant.language });
    this.room = { ...this.room, ...room };
    this.options.onRoom?.(this.room);
    if (!this.log) this.#enter();
    this.header.setRoom(this.room, true);
    this.composer.setLimit(limits?.message_length);
    this.limits = limits;
    this.log.read(this.words, this.reading);
    this.composer.read(this.words, this.reading);
  }

  #message(event) {
    this.log.add(event);
    if (!this.caught) this.firstNew ??= event.id;
    if (event.mine && event.nonce) this.outbox.remove(event.nonce);
    if (!event.mine && document.hidden && this.caught) this.#news(this.hiddenNews + 1);
  }

  #current({ more }) {
    // A reconnection that says "more" missed too much to be told of: it began anew.
    const anew = more && this.asked > 0 && this.firstNew;
    if (anew) this.log.forgetBefore(this.firstNew);
    this.log.caughtUp(this.asked ? more || this.log.more : more);
    this.caught = true;
    this.outbox.waiting().forEach((letter) => this.#send(letter));
  }

  #refused({ code, nonce }) {
    if (!this.log || (ENDED.includes(code) && !nonce)) return this.#shutOut(code);
    if (nonce && this.outbox.refuse(nonce, code)) this.log.keep(() => this.log.refuse(nonce, code));
    return this.#tell(this.#sentence(code));
  }

  #shutOut(code) {
    this.connection.stop();
    if (code === "not_found" && this.saved.participant && !this.options.host) {
      // The room does not know us any more: come in anew, keeping the name.
      forget(this.options.storageKey);
      this.saved = { name: this.saved.name };
      this.#leaveLog();
      return this.#askIn();
    }
    if (ENDED.includes(code)) return this.#end(code);
    this.saved = { name: this.saved.name };
    this.join?.busy(false);
    return this.join?.complain(this.#sentence(code));
  }

  #sentence(code) {
    const key = `error.${code}`;
    const limit = this.words.number(this.limits?.message_length ?? 0);
    return this.words.say(key in this.words.strings ? key : "error.other", { limit });
  }

  // What we say

  #say(text) {
    const letter = this.outbox.add(text);
    this.log.keep(() => this.#showLetter(letter));
    this.log.follow();
    if (this.caught) this.#send(letter);
  }

  #showLetter(letter) {
    this.log.add({
      nonce: letter.nonce,
      text: letter.text,
      mine: true,
      pending: true,
      refused: letter.refused ?? null,
      author_id: this.me?.id,
      language: null,
      created_at: letter.at,
    });
  }

  #send(letter) {
    this.connection.send({ say: letter.text, nonce: letter.nonce });
  }

  #resend(nonce) {
    const letter = this.outbox.refuse(nonce, null);
    this.log.keep(() => this.log.refuse(nonce, null));
    if (letter && this.caught) this.#send(letter);
  }

  #discard(nonce) {
    const letter = this.outbox.letters.find((one) => one.nonce === nonce);
    this.outbox.remove(nonce);
    this.log.keep(() => this.log.remove(nonce));
    if (letter) this.composer.restore(letter.text);
  }

  // Words and languages

  #speak() {
    this.element.dir = this.words.direction;
    this.element.lang = this.words.language;
    this.header.read(this.words);
    this.join?.read(this.words);
    this.log?.read(this.words, this.reading);
    this.composer?.read(this.words, this.reading);
    if (this.ended) this.#end(this.ended);
  }

  #pickInterface() {
    const { words } = this;
    pickLanguage(this.element, {
      title: words.say("language.page"),
      languages: this.options.interfaces,
      current: words.language,
      words,
      onPick: (code) => this.#setInterface(code, true),
    });
  }

  async #setInterface(code, andReading) {
    const strings = await this.options.loadStrings(code);
    const linked = this.#interfaceFor(this.reading) === this.words.language;
    this.words = new Words(strings, code, this.options.languages);
    this.#prefer({ page: code });
    this.options.onLanguage?.(code);
    const same = match([code], this.options.languages.map((one) => one.code));
    if (andReading && linked && same) this.#setReading(same, false);
    this.#speak();
  }

  #pickReading() {
    const { words } = this;
    pickLanguage(this.element, {
      title: words.say("language.reading"),
      languages: this.options.languages,
      current: this.join?.language ?? this.reading,
      first: [...new Set((navigator.languages ?? []).map((tag) => match([tag], [...words.known.keys()])))],
      words,
      onPick: (code) => this.#setReading(code, true),
    });
  }

  #setReading(code, andInterface) {
    const linked = this.#interfaceFor(this.reading) === this.words.language;
    this.reading = code;
    this.join?.setLanguage(code);
    this.#prefer({ language: code });
    if (this.log) {
      this.saved = { ...this.saved, language: code };
      if (!this.options.host) save(this.options.storageKey, this.saved);
      this.log.read(this.words, code);
      this.composer.read(this.words, code);
      this.connection.send({ language: code });
    }
    const page = this.#interfaceFor(code);
    if (andInterface && linked && page && page !== this.words.language) this.#setInterface(page, false);
  }

  #interfaceFor(code) {
    return match([code], (this.options.interfaces ?? []).map((one) => one.code));
  }

  #prefer(change) {
    this.preferences = { ...this.preferences, ...change };
    save(this.options.preferencesKey, this.preferences);
  }

  // The frame around it

  #line(state) {
    clearTimeout(this.patience);
    if (state !== "joined") this.caught = false;
    if (state === "lost" || state === "connecting") {
      this.patience = setTimeout(() => this.header.setLine(navigator.onLine === false ? "offline" : "lost"), PATIENCE);
    } else this.header.setLine(null);
  }

  #showCompany(people) {
    this.people = people;
    this.header.setPeople(people);
    if (this.sheet?.isConnected) this.sheet.querySelector(".people").replaceWith(peopleList(people, this.me?.id, this.words));
  }

  #showPeople() {
    const { words } = this;
    const choose = () => {
      this.sheet.close();
      this.#pickReading();
    };
    const language = el(
      "button",
      { type: "button", class: "row", on: { click: choose } },
      el("span", { class: "row-label" }, words.say("language.reading")),
      el("span", { class: "row-value", lang: this.reading }, words.known.get(this.reading)?.name ?? words.languageName(this.reading)),
    );
    const leave = el("button", { type: "button", class: "row danger", on: { click: () => (this.sheet.close(), this.#confirmLeave()) } }, words.say("room.leave"));
    const content = el("div", { class: "sheet-body" }, peopleList(this.people, this.me?.id, words), language, this.options.host ? null : leave);
    this.sheet = this.#sheet(words.say("people.title"), content);
  }

  #confirmLeave() {
    const { words } = this;
    const leave = el("button", { type: "button", class: "primary danger", on: { click: () => (sheet.close(), this.#leave()) } }, words.say("room.leave"));
    const stay = el("button", { type: "button", class: "secondary", on: { click: () => sheet.close() } }, words.say("room.stay"));
    const sheet = this.#sheet(words.say("room.leave"), el("div", { class: "sheet-body" }, el("p", {}, words.say("room.leave_text")), el("div", { class: "choice-pair" }, stay, leave)));
  }

  #sheet(title, content) {
    const { words } = this;
    return openSheet(this.element, { title, content, close: words.say("close"), dir: words.direction, lang: words.language });
  }

  #tell(text) {
    setText(this.notice, text);
    this.notice.hidden = false;
    clearTimeout(this.noticeTimer);
    this.noticeTimer = setTimeout(() => (this.notice.hidden = true), 6000);
  }

  #news(count) {
    this.hiddenNews = count;
    this.options.onUnread?.(count);
  }
}

/** The view's style sheets; `done` once all are there (or failed), so that nothing flashes. */
function styleSheets(done) {
  let missing = STYLES.length;
  const arrived = () => (missing -= 1) || done();
  return STYLES.map((name) =>
    el("link", { rel: "stylesheet", href: new URL(name, import.meta.url).href, on: { load: arrived, error: arrived } }),
  );
}
