// The live room: what a guest and the host see of a conversation. Plain ES modules, no build.
//
//   import { mountRoom } from "/live/room.js";
//   const view = mountRoom(root, { socketUrl, language, strings, languages });
//   view.destroy();
//
// `root` is an element or a shadow root; nothing outside of it is touched. Colours come from
// CSS variables (--parley-..., see room.css), so a host page can map its own theme onto it.

import { openCompany } from "./company.js";
import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { el, setText } from "./dom.js";
import { Header } from "./header.js";
import { farewell, JoinForm } from "./join.js";
import { Log } from "./log.js";
import { Outbox, random } from "./outbox.js";
import { Reader } from "./reader.js";
import { forget, load, save } from "./storage.js";
import { NAMES, styleSheets } from "./styles.js";
import { pickTheme } from "./themes.js";
import { Voice } from "./voice.js";

const PATIENCE = 900; // ms a lost line goes unmentioned
const NOTICE = 6000; // ms a notice stays
const ENDED = ["not_found", "closed", "room_full"];

/**
 * Show a room in `root`. Options:
 * - socketUrl: where the room's WebSocket is, absolute or relative to the page
 * - transcribeUrl: where recordings are written down, where the room says that they are
 * - strings, language: the page's words (key -> text) and their language
 * - languages: [{code, name, english?}] people can read in
 * - host: true for the host, who joins without a form
 * - storageKey: under which this browser remembers who it is; none: nothing is kept
 * - preferencesKey: under which it remembers name and languages for the next room
 * - room: {name} where it is known before joining; missing: true where there is no such room
 * - reading: the language to read in, preselected
 * - message: the one to show first, however far back it is
 * - interfaces, loadStrings: [{code, name}] the page can be shown in, and `async code -> strings`
 * - theme: "auto", "light" or "dark"
 * - themes: {choice, choose(choice)} behind a switch between "system", "light" and "dark"; the
 *   page around it hears of the choice, and says what it comes to by setTheme
 * - header: false for none (the page around it has its own)
 * - over: true for a room that was closed
 * - footer: an element below the messages, sheets: style sheets of its own; onNews(event) hears what is about the room as a whole
 * - onLanguage(code), onUnread(count), onRoom(room), onReading(code): for the page around it
 * Returns {destroy(), setTheme(theme), point(id)}; the last one leads to a message.
 */
export function mountRoom(root, options) {
  const room = new Room(root, options);
  return { destroy: () => room.destroy(), setTheme: (theme) => room.setTheme(theme), point: (id) => room.point(id) };
}

class Room {
  constructor(root, options) {
    this.options = options;
    this.saved = load(options.storageKey) ?? {};
    const reading = this.saved.language ?? options.reading ?? options.language;
    this.reader = new Reader(options, reading, { onWords: () => this.#speak(), onReading: (code) => this.#readIn(code) });
    this.room = options.room ?? {};
    this.people = [];
    this.queue = [];
    this.earlier = []; // what was asked for while scrolling up, until all of it is here
    this.unseen = 0;
    this.draftKey = options.storageKey ? `${options.storageKey}:draft` : null;
    this.outbox = new Outbox(options.storageKey ? `${options.storageKey}:outbox` : null);
    this.voice = new Voice({
      reader: this.reader,
      url: options.transcribeUrl,
      headers: () => (options.host ? {} : { "X-Participant": this.saved.participant }),
      onChange: () => this.#showReading(),
    });
    this.#build(root);
    this.seen = () => document.visibilityState === "visible" && this.#count(0);
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
    this.voice.aloud.destroy();
    this.composer?.destroy();
    this.log?.destroy();
    this.element.remove();
    this.sheets.forEach((sheet) => sheet.remove());
  }

  setTheme(theme) {
    this.element.dataset.theme = theme;
  }

  #build(root) {
    const onLanguage = this.options.interfaces && (() => this.reader.pickInterface(this.element));
    const { themes } = this.options;
    const onTheme = themes && (() => pickTheme(this.element, this.reader.words, themes));
    this.element = el("div", { class: "parley", style: { visibility: "hidden" } });
    this.header = new Header(this.reader.words, {
      onPeople: () => this.#showPeople(),
      onAloud: () => this.voice.toggle(),
      onLanguage,
      onTheme,
    });
    this.header.element.hidden = this.options.header === false;
    this.body = el("div", { class: "body" });
    this.notice = el("div", { class: "notice", role: "status", hidden: true });
    this.element.append(this.header.element, this.body);
    this.setTheme(this.options.theme ?? "auto");
    this.sheets = styleSheets(() => this.element.style.removeProperty("visibility"), [...NAMES, ...(this.options.sheets ?? [])]);
    root.append(...this.sheets, this.element);
  }

  // Coming in and going out

  #askIn() {
    this.join = new JoinForm({
      words: this.reader.words,
      room: this.room,
      name: this.saved.name ?? this.reader.name,
      language: this.reader.reading,
      onJoin: (name, language) => this.#join(name, language),
      onLanguage: () => this.reader.pickReading(this.element),
    });
    this.#show("joining", this.join.element);
  }

  #join(name, language) {
    // Kept before the room has heard of us: a line lost in between must not let us in twice.
    this.saved = { name, language, secret: this.saved.secret ?? random() };
    save(this.options.storageKey, this.saved);
    this.connection.stop();
    this.connection.start();
  }

  #hello() {
    const { options, saved } = this;
    const after = this.log?.settled ?? 0;
    Object.assign(this, { asked: after, firstNew: null });
    if (options.host) return { join: { after } };
    if (saved.participant) return { join: { participant: saved.participant, after, language: this.reader.reading } };
    return { join: { name: saved.name, language: saved.language, secret: saved.secret } };
  }

  #enter() {
    const { words, reading } = this.reader;
    this.join = null;
    const actions = {
      retry: (id) => this.connection.send({ retry: id }),
      resend: (nonce) => this.#resend(nonce),
      discard: (nonce) => this.#discard(nonce),
      older: (id) => this.connection.send({ older: id }),
    };
    this.log = new Log({ words, reading, actions, aloud: this.voice.aloud, aim: this.options.message });
    if (this.options.footer) this.log.below(this.options.footer);
    this.log.caughtUp(false, true);
    const voice = this.voice.ears((text) => this.#tell(text));
    this.composer = new Composer({ words, reading, draftKey: this.draftKey, voice, onSay: (text) => this.#say(text) });
    this.composer.element.hidden = Boolean(this.options.over);
    this.log.keep(() => this.outbox.letters.forEach((letter) => this.#showLetter(letter)));
    const notices = el("div", { class: "notices" }, this.notice);
    this.#show("talking", this.log.element, notices, this.composer.element);
    this.header.setRoom(this.room, true);
    this.connection.start();
  }

  #end(code) {
    this.connection.stop();
    this.ended = code;
    this.#leaveLog();
    const { words } = this.reader;
    const label = words.say(code === "left" ? "end.left.again" : "end.again");
    this.#show("over", farewell({
      title: words.say(`end.${code}.title`),
      text: words.say(`end.${code}.text`),
      action: code === "closed" ? null : { label, act: () => this.#startAgain() },
    }));
  }

  #startAgain() {
    if (this.options.missing) return location.reload();
    this.ended = null;
    return this.options.host ? this.#enter() : this.#askIn();
  }

  #leave() {
    this.connection.send({ leave: true });
    forget(this.options.storageKey);
    forget(this.draftKey);
    this.outbox.empty();
    this.saved = { name: this.saved.name };
    this.#end("left");
  }

  #leaveLog() {
    this.voice.aloud.stop();
    this.composer?.destroy();
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
    if (event.older) this.earlier.push(event);
    else if (event.event === "participants") this.#showCompany(event.participants);
    else if (event.event === "message") this.#message(event);
    else if (event.event === "translation") this.log.translate(event);
    else if (event.event === "older") this.#older(event);
    else if (event.event === "caught_up") this.#current(event);
    else if (event.event === "ended") this.#over(event);
    else if (event.event === "summary") this.options.onNews?.(event);
  }

  /** The host has closed the room, or opened it again. */
  #over(event) {
    if (!this.options.host) return event.on ? this.#end("closed") : undefined;
    this.composer.element.hidden = event.on;
    return this.options.onNews?.(event);
  }

  #joined({ participant, token, room, limits }) {
    this.earlier = [];
    this.me = participant;
    this.limits = limits;
    this.room = { ...this.room, ...room };
    this.saved = { participant: token ?? this.saved.participant, name: participant.name, language: participant.language };
    if (!this.options.host) save(this.options.storageKey, this.saved);
    this.reader.prefer({ name: participant.name, language: participant.language });
    this.reader.reading = participant.language ?? this.reader.reading;
    this.options.onRoom?.(this.room);
    if (!this.log) this.#enter();
    this.header.setRoom(this.room, true);
    this.composer.setLimits(limits);
    this.#speak();
  }

  #message(event) {
    const isNew = event.id > this.log.newest;
    const message = this.log.add(event);
    // What was said before one came in is not read out, what was missed since is.
    if (isNew && !event.mine && (this.caught || this.asked)) this.voice.aloud.heard(message);
    if (!this.caught) this.firstNew ??= event.id;
    if (event.mine && event.nonce) this.outbox.remove(event.nonce);
    if (!event.mine && document.hidden && this.caught) this.#count(this.unseen + 1);
  }

  /** Older messages go in all at once: one by one they would push what is being read out of sight. */
  #older({ more }) {
    this.earlier.splice(0).forEach(({ older, ...event }) => this.#one(event));
    this.log.caughtUp(more);
    if (this.aim) setTimeout(() => this.point(this.aim)); // once it stands on the page
  }

  /** Show a message and mark it for a moment, reading back to it where need be. */
  point(id) {
    this.aim = null;
    if (!this.log || this.log.point(id)) return;
    const [first] = this.log.messages;
    if (!this.log.more || !first?.id || first.id < id) return;
    this.aim = id;
    this.connection.send({ older: first.id });
  }

  #current({ more }) {
    // A reconnection that says "more" missed too much to be told of: it began anew.
    if (more && this.asked && this.firstNew) this.log.forgetBefore(this.firstNew);
    this.log.caughtUp(this.asked ? more || this.log.more : more);
    this.caught = true;
    this.outbox.waiting().forEach((letter) => this.#send(letter));
    this.composer.focus();
  }

  #refused({ code, nonce }) {
    if (!this.log || (ENDED.includes(code) && !nonce)) return this.#shutOut(code);
    if (nonce && this.outbox.refuse(nonce, code)) this.log.keep(() => this.log.refuse(nonce, code));
    return this.connection.state === "joined" ? this.#tell(this.#sentence(code)) : this.connection.later();
  }

  #shutOut(code) {
    this.connection.stop();
    if (code === "not_found" && this.saved.participant) {
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
    const { words } = this.reader;
    const key = `error.${code}`;
    const limit = words.number(this.limits?.message_length ?? 0);
    return words.say(key in words.strings ? key : "error.other", { limit });
  }

  // What we say

  #say(text) {
    const letter = this.outbox.add(text);
    this.log.keep(() => this.#showLetter(letter));
    this.log.follow();
    if (this.caught) this.#send(letter);
  }

  #showLetter({ nonce, text, refused, at }) {
    const mine = { mine: true, author_id: this.me?.id, language: null };
    this.log.add({ ...mine, nonce, text, pending: true, refused: refused ?? null, created_at: at });
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
    const letter = this.outbox.remove(nonce);
    this.log.keep(() => this.log.remove(nonce));
    if (letter) this.composer.restore(letter.text);
  }

  // Words and languages

  #speak() {
    const { words, reading } = this.reader;
    this.element.dir = words.direction;
    this.element.lang = words.language;
    this.header.read(words);
    this.join?.read(words);
    this.log?.read(words, reading);
    this.composer?.read(words, reading);
    this.#showReading();
    if (this.ended) this.#end(this.ended);
  }

  #readIn(code) {
    this.join?.setLanguage(code);
    this.options.onReading?.(code);
    if (!this.log) return;
    this.saved = { ...this.saved, language: code };
    if (!this.options.host) save(this.options.storageKey, this.saved);
    this.#speak();
    this.connection.send({ language: code });
  }

  #showReading() {
    this.log?.offerReading();
    this.header?.setAloud(Boolean(this.log) && this.voice.offered, this.voice.aloud.following);
  }

  // The frame around it

  #line(state) {
    clearTimeout(this.patience);
    if (state !== "joined") this.caught = false;
    if (state === "lost" || state === "connecting") this.patience = setTimeout(() => this.#mentionLoss(), PATIENCE);
    else this.header.setLine(null);
  }

  #mentionLoss() {
    this.header.setLine(navigator.onLine === false ? "offline" : "lost");
  }

  #showCompany(people) {
    this.people = people;
    this.header.setPeople(people);
    this.company?.show(people);
  }

  #showPeople() {
    this.company = openCompany(this.element, {
      people: this.people,
      me: this.me?.id,
      reader: this.reader,
      onReading: () => this.reader.pickReading(this.element),
      onLeave: this.options.host ? null : () => this.#leave(),
    });
  }

  #tell(text) {
    setText(this.notice, text);
    this.notice.hidden = false;
    clearTimeout(this.noticeTimer);
    this.noticeTimer = setTimeout(() => (this.notice.hidden = true), NOTICE);
  }

  #count(unseen) {
    this.unseen = unseen;
    this.options.onUnread?.(unseen);
  }
}
