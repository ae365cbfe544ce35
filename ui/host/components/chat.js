// The chat of `/live/chat/chat.js` in a Streamlit page, in its theme.

const MOVES = ["popstate", "parley-moved"]; // the second comes from the list of conversations
const chats = new WeakMap();

export default function ({ data: [data], parentElement, setTriggerValue }) {
  let chat = chats.get(parentElement);
  if (!chat) {
    chat = new Page(parentElement.querySelector(".frame"), data);
    chats.set(parentElement, chat);
  }
  chat.tell = setTriggerValue;
  chat.follow();
  return () => {
    chats.get(parentElement)?.close();
    chats.delete(parentElement);
  };
}

class Page {
  constructor(frame, data) {
    this.frame = frame;
    this.closed = false;
    this.unwatch = window.parleyTheme.watch(() => this.view?.setTheme(window.parleyTheme.shown));
    this.moved = () => this.follow();
    for (const event of MOVES) window.addEventListener(event, this.moved);
    import(new URL("/live/chat/chat.js", window.location.href).href).then(({ mountChat }) => {
      if (this.closed) return;
      this.view = mountChat(frame, {
        ...here(),
        saying: toSay(),
        strings: data.strings,
        theme: window.parleyTheme.shown,
        onAddress: (id) => goTo(id),
        onGo: (page, query = {}) => this.tell("go", { page, query }),
      });
      this.message = here().message;
    });
  }

  close() {
    this.closed = true;
    this.unwatch();
    for (const event of MOVES) window.removeEventListener(event, this.moved);
    this.view?.destroy();
    this.frame.replaceChildren();
  }

  /** Show what the address names; it changes by the list, by going back, and by the chat itself. */
  follow() {
    if (!this.view || !isHere()) return;
    const { conversation, message } = here();
    const other = conversation !== this.view.id;
    if (other || (message && message !== this.message)) this.view.open(conversation, message);
    this.message = message;
  }
}

/** Which conversation the address names, and which message of it. */
function here() {
  const query = new URLSearchParams(window.location.search);
  return { conversation: query.get("conversation"), message: Number(query.get("message")) || null };
}

/** What the address asks to be said, once: going back does not say it again. `now`: it was this
 *  window that asked for it; what a link from elsewhere asks for waits to be sent. */
function toSay() {
  const url = new URL(window.location.href);
  const text = url.searchParams.get("text");
  const asks = url.searchParams.get("ask") === "1";
  for (const name of ["text", "ask"]) url.searchParams.delete(name);
  if (text !== null) window.history.replaceState(window.history.state, "", url);
  const now = window.sessionStorage.getItem("parley-say") === text;
  window.sessionStorage.removeItem("parley-say");
  return text?.trim() ? { text, asks, now } : null;
}

/** Whether this is still the page of the chat, which has no path of its own. */
function isHere() {
  return window.location.pathname.endsWith("/");
}

/** The address follows without a rerun: a new conversation gets its own, another one can be gone back from. */
function goTo(id) {
  if (here().conversation === id) return;
  const url = new URL(window.location.href);
  url.searchParams.delete("message");
  if (id) url.searchParams.set("conversation", id);
  else url.searchParams.delete("conversation");
  window.history[here().conversation && id ? "pushState" : "replaceState"](window.history.state, "", url);
}
