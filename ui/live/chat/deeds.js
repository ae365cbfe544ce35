// What one does in a conversation: say, have answered again, choose, mark.

export class Deeds {
  /** `chat`: the view it is done in. */
  constructor(chat) {
    this.chat = chat;
    this.unsure = null; // what was said while the line was lost
  }

  /** Say something. `beside`: a message of one's own it stands in for; `quote`: what it replies to. */
  async say(text, { beside = null, quote = null } = {}) {
    const { chat } = this;
    const asks = chat.asking.on ? { time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone } : null;
    if (!chat.shown && !chat.line.up) return this.#later(text);
    if (chat.turn !== null || !chat.line.up) return this.#giveBack({ text, beside, quote });
    const after = beside ? beside.parent : (chat.thread.last?.id ?? null);
    if (chat.thread.later) await this.toEnd();
    const { id } = chat;
    chat.complain(null);
    chat.quoting(null);
    chat.thread.put(beside ? after : (chat.thread.last?.id ?? null), this.#pending(text, quote));
    chat.thread.follow();
    chat.answering("new");
    chat.recount();
    const said = { id, text, beside, quote, last: after ?? 0 };
    return this.#begin({ say: { text, quote: quote?.id ?? null, beside: beside?.id ?? null, asks }, who: chat.models.answering }, said);
  }

  retry(message, who = this.chat.models.choice) {
    return this.#again(message, { retry: message.id, who: who ?? message.data.entry }, message.data.parent);
  }

  retryWith(message, anchor) {
    const { chat } = this;
    chat.models.pick(anchor, (entry) => this.retry(message, entry));
  }

  goOn(message) {
    return this.#again(message, { go_on: message.id }, null);
  }

  async stop() {
    const { chat } = this;
    chat.composer.stop.disabled = true;
    await this.#ask({ stop: true });
    chat.composer.stop.disabled = false;
  }

  choose(id) {
    return this.#ask({ choose: id });
  }

  async fork(message) {
    const made = await this.#ask({ fork: message.id });
    if (!made) return;
    this.chat.onAddress(made.id);
    await this.chat.open(made.id);
    this.chat.tell("This is a conversation of its own now; the other one stays as it is.");
  }

  react(message, kind) {
    return this.#ask({ react: { message: message.id, kind } });
  }

  bookmark(message, on) {
    return this.#ask({ bookmark: { message: message.id, on } });
  }

  async reopen() {
    if (!(await this.#ask({ reopen: true }))) return;
    this.chat.end(false);
    this.chat.summary.end(false);
    this.chat.composer.input.focus();
  }

  /** Show others the conversation from a message on. */
  share(message) {
    this.chat.onGo("sharing", { conversation: this.chat.id, from: String(message.id) });
  }

  quote(message) {
    this.chat.quoting(message);
  }

  linkTo(message) {
    const url = new URL(window.location.origin);
    url.searchParams.set("conversation", this.chat.id);
    url.searchParams.set("message", message.id);
    return url.href;
  }

  /** Go to a message of the conversation, wherever it is. */
  async jump(id) {
    const { chat } = this;
    if (chat.thread.point(id)) return;
    chat.aim = id;
    await chat.load();
  }

  /** Go to where something was said that a reply cites. */
  toSource({ kind, conversation_id: conversation, message_id: message, slate_id: slate, memory_id: memory }) {
    const { chat } = this;
    if (kind === "memory") return chat.onGo("memories", { memory });
    if (kind === "slate") return chat.onGo("slate", { slate });
    if (kind === "room") return chat.onGo("rooms", { room: conversation, message: String(message) });
    if (conversation === chat.id) return this.jump(message);
    chat.onAddress(conversation);
    return chat.open(conversation, message);
  }

  async toEnd() {
    const { chat } = this;
    chat.thread.clear();
    await chat.load();
  }

  /** What follows a message is another branch now. */
  async readAfter(after) {
    const { chat } = this;
    if (after !== null && !chat.thread.find(after)) return;
    const page = await this.#ask({ newer: after ?? 0 });
    if (!page) return;
    chat.thread.put(after, page.messages);
    chat.thread.later = page.later;
    if (after === null) chat.thread.earlier = false;
    chat.recount();
  }

  /** Say what came of something in a notice. */
  async told(work, text) {
    try {
      await work;
    } catch {
      return this.chat.tell("The browser does not let Parley copy. Select the text instead.");
    }
    return this.chat.tell(text);
  }

  /** The line is back: what was said without an answer was kept, or is given back to be said. */
  recover() {
    const { unsure, chat } = this;
    this.unsure = null;
    if (!unsure || unsure.id !== chat.id) return;
    const kept = chat.thread.messages.some(({ data }) => data.role === "user" && data.text === unsure.text && data.id > unsure.last);
    if (!kept) this.#takeBack(unsure);
  }

  async #again(message, wish, after) {
    const { chat } = this;
    if (chat.turn !== null || !chat.line.up) return this.#refuse();
    chat.complain(null);
    const [, reply] = this.#pending("", null);
    if (after === null) message.update({ status: "streaming", ending: null });
    else chat.thread.put(after, [reply]);
    chat.thread.follow();
    chat.answering("new");
    return this.#begin(wish);
  }

  /** Have a reply begun; `said` is what is given back where that fails. */
  async #begin(wish, said = null) {
    const { chat } = this;
    const { id } = chat;
    try {
      const begun = await chat.line.ask(wish);
      if (chat.id !== id && chat.id !== begun.id) return;
      if (id === null && chat.id === null) chat.become(begun.id);
      if (chat.turn === "new") chat.answering(begun.turn);
    } catch (error) {
      if (error.code === "lost") this.unsure = said;
      if (chat.id !== id || error.code === "lost") return;
      chat.answering(null);
      if (id !== null) await chat.load();
      if (said) this.#takeBack(said);
      chat.complain(error.message);
    }
  }

  /** Take away what was shown before it was kept. */
  #takeBack(said) {
    const { chat } = this;
    const { thread } = chat;
    const before = thread.messages.filter(({ data }) => data.pending);
    thread.messages = thread.messages.filter(({ data }) => !data.pending);
    before.forEach(({ element }) => element.remove());
    chat.answering(null);
    chat.recount();
    this.#restore(said);
  }

  #giveBack(said) {
    this.#restore(said);
    return this.#refuse();
  }

  /** Said before Parley has ever answered: it stays where it was typed until Parley does. */
  #later(text) {
    const { chat } = this;
    chat.composer.restore(text);
    chat.saying ??= { text, asks: chat.asking.on, now: true, typed: true };
    chat.tell("Parley is starting. Your message is sent in a moment.");
  }

  /** To where it was typed. */
  #restore({ text, beside, quote }) {
    const { chat } = this;
    if (beside) return chat.thread.find(beside.id)?.edit(text);
    chat.composer.restore(text);
    return quote && chat.quoting({ data: quote });
  }

  #refuse() {
    const { chat } = this;
    chat.tell(chat.line.up ? "A reply is still being written. Wait for it, or stop it." : "Parley does not answer. Trying again…");
  }

  /** What somebody says, and the reply to come, before either is kept. */
  #pending(text, quote) {
    const at = new Date().toISOString();
    const facts = { id: null, at, text: "", pending: true, variants: [], used: [], language: null };
    const question = { ...facts, role: "user", author: "You", text, status: "complete", quote };
    return [question, { ...facts, role: "assistant", author: this.#whoAnswers(), status: "streaming" }];
  }

  #whoAnswers() {
    const { models } = this.chat;
    return models.named(models.answering).split(" · ")[0];
  }

  /** What comes of a wish; nothing where it failed, which is told. */
  async #ask(wish) {
    try {
      return await this.chat.line.ask(wish);
    } catch (error) {
      this.chat.tell(error.message);
      return null;
    }
  }
}
