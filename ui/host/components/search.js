// The search of `/live/search/search.js` in a Streamlit page, in its theme.

const MOVES = ["popstate", "parley-moved"]; // the second comes from the list of conversations
const searches = new WeakMap();

export default function ({ data: [data], parentElement, setTriggerValue }) {
  let search = searches.get(parentElement);
  if (!search) {
    search = new Page(parentElement.querySelector(".frame"), data);
    searches.set(parentElement, search);
  }
  search.tell = setTriggerValue;
  search.follow();
  return () => {
    searches.get(parentElement)?.close();
    searches.delete(parentElement);
  };
}

class Page {
  constructor(frame, data) {
    this.frame = frame;
    this.closed = false;
    this.path = window.location.pathname;
    this.unwatch = window.parleyTheme.watch(() => this.view?.setTheme(window.parleyTheme.shown));
    this.moved = () => this.follow();
    for (const event of MOVES) window.addEventListener(event, this.moved);
    import(new URL("/live/search/search.js", window.location.href).href).then(({ mountSearch }) => {
      if (this.closed) return;
      this.view = mountSearch(frame, { ...data, theme: window.parleyTheme.shown, onOpen: (page, query) => this.#go(page, query), onAsk: (text) => this.#ask(text) });
    });
  }

  close() {
    this.closed = true;
    this.unwatch();
    for (const event of MOVES) window.removeEventListener(event, this.moved);
    this.view?.destroy();
    this.frame.replaceChildren();
  }

  follow() {
    if (!this.leaving && window.location.pathname === this.path) this.view?.follow();
  }

  /** The mark tells the chat page that it was asked for here, and not by a link from elsewhere. */
  #ask(text) {
    window.sessionStorage.setItem("parley-say", text);
    this.#go("chat", { ask: "1", text });
  }

  #go(page, query) {
    this.leaving = true;
    leaveAddress(this.path);
    this.tell("go", { page, query });
  }
}

/** On the way to another page Streamlit pushes this page's path with the other one's query before
 * the other address: going back would end there. Let it be the address this page has. */
function leaveAddress(path) {
  const { history, location } = window;
  const left = location.href;
  history.pushState = (state, title, url) => {
    if (new URL(url, location.href).pathname === path) return history.replaceState(state, title, url);
    delete history.pushState; // the browser's own again
    if (location.pathname === path) history.replaceState(history.state, "", left);
    return history.pushState(state, title, url);
  };
}
