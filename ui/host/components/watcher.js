// Beside an open conversation: has the page drawn again when something happened that it did
// not do itself, stops a reply, copies messages and has them read aloud.

const SETTLES = 300; // ms; the page may be drawing the same news already
const watchers = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let watcher = watchers.get(parentElement);
  if (!watcher) {
    watcher = new Watcher(parentElement.querySelector(".watcher"));
    watchers.set(parentElement, watcher);
  }
  watcher.update(data ?? {}, setTriggerValue);
  return () => {
    watchers.get(parentElement)?.close();
    watchers.delete(parentElement);
  };
}

class Watcher {
  constructor(root) {
    this.root = root;
    this.data = {};
    this.away = false;
    this.asking = new Map();
    this.reading = new Reading((id) => this.#ask(id));
    this.stop = el("button", { type: "button", class: "stop", on: { click: () => this.#stop() } }, el("span", { class: "square" }), "Stop");
    this.scroller = document.querySelector('[data-testid="stMain"]');
    this.content = document.querySelector('[data-testid="stMainBlockContainer"]');
    this.newest = new Newest(this.scroller, this.content);
    this.directed = new MutationObserver((changes) => changes.some((change) => change.addedNodes.length) && this.#tidy());
    this.directed.observe(this.content, { childList: true, subtree: true });
    this.#tidy();
    this.clicked = (event) => this.#clicked(event);
    document.addEventListener("click", this.clicked, { capture: true });
    this.news = new News({ onNews: (frame) => this.#heard(frame), onLine: (up) => this.#lineIs(up) });
  }

  update(data, setTriggerValue) {
    const other = data.conversation !== this.data.conversation;
    this.data = data;
    this.tell = setTriggerValue;
    if (other && data.conversation) this.news.wish({ watch: data.conversation });
    if (other || data.asked) this.newest.follow();
    if (!data.busy) this.stop.disabled = false;
    this.root.replaceChildren(...(data.stop ? [this.stop] : []), this.newest.button);
  }

  close() {
    this.directed.disconnect();
    this.newest.close();
    document.removeEventListener("click", this.clicked, { capture: true });
    this.reading.close();
    this.news.close();
  }

  #tidy() {
    direct();
    this.reading.label();
  }

  #lineIs(up) {
    if (!up) this.away = true;
    if (up && this.data.conversation) this.news.wish({ watch: this.data.conversation });
  }

  #heard(frame) {
    if (frame.event === "text") this.asking.get(frame.id)?.(frame);
    if (frame.event === "watching" && this.away) {
      this.away = false;
      this.#changed("watching");
    }
    if (frame.id === this.data.conversation && ["turn", "reply"].includes(frame.event)) this.#changed(frame.event);
  }

  #changed(what) {
    const { conversation, busy } = this.data;
    setTimeout(() => {
      const caughtUp = what === "reply" ? busy && !this.data.busy : this.data.busy;
      if (conversation === this.data.conversation && !caughtUp) this.tell("changed", Date.now());
    }, SETTLES);
  }

  #stop() {
    this.stop.disabled = this.news.wish({ stop: this.data.conversation });
  }

  #clicked(event) {
    const link = event.target.closest?.('a[href^="#copy-"], a[href^="#read-"]');
    if (!link) return;
    event.preventDefault();
    event.stopPropagation();
    if (link.matches('[href^="#read-"]')) this.reading.toggle(link);
    else this.#copy(link, Number(link.getAttribute("href").slice("#copy-".length)));
  }

  /** The {text, language} of a message, as it was written. */
  #ask(id) {
    return new Promise((resolve, reject) => {
      this.asking.set(id, resolve);
      setTimeout(reject, 3000);
      if (!this.news.wish({ text: id, conversation: this.data.conversation })) reject();
    });
  }

  async #copy(link, id) {
    const text = this.#ask(id).then((found) => found.text);
    const label = link.dataset.label ?? link.textContent;
    link.dataset.label = label;
    try {
      await put(text);
      link.textContent = "Copied";
    } catch {
      link.textContent = "Not copied";
    }
    setTimeout(() => (link.textContent = label), 1800);
  }
}

/** Keeps the newest message in sight, unless the reader has scrolled up. */
class Newest {
  constructor(scroller, content) {
    Object.assign(this, { scroller, following: true, top: 0 });
    this.button = el("button", { type: "button", class: "newest", "aria-label": "Go to the newest message", title: "Go to the newest message", hidden: true, on: { click: () => this.follow() } });
    this.scrolled = () => this.#scrolled();
    scroller.addEventListener("scroll", this.scrolled, { passive: true });
    this.grown = new ResizeObserver(() => this.following && this.#goDown());
    this.grown.observe(content);
  }

  follow() {
    this.following = true;
    this.#goDown();
  }

  close() {
    this.scroller.removeEventListener("scroll", this.scrolled);
    this.grown.disconnect();
  }

  #goDown() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.button.hidden = true;
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const left = scrollHeight - clientHeight - scrollTop;
    if (left < 48) this.following = true;
    else if (scrollTop < this.top) this.following = false;
    this.top = scrollTop;
    this.button.hidden = this.following;
  }
}

/** Lists, tables and quotations read in the direction of what they hold; CSS alone cannot. */
function direct() {
  for (const block of document.querySelectorAll(`[data-testid="stChatMessageContent"] :is(ul, ol, table, blockquote):not([dir])`)) {
    block.dir = "auto";
  }
}

/** Put a text that is still to come on the clipboard, also where the page is not secure. */
async function put(text) {
  if (navigator.clipboard?.write && window.ClipboardItem) {
    const blob = text.then((content) => new Blob([content], { type: "text/plain" }));
    return navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
  }
  const area = el("textarea", { style: "position:fixed;opacity:0" });
  area.value = await text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("not copied");
  return undefined;
}
