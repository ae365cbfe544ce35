// The search of `/live/search/search.js` in a Streamlit page, in its theme.

const searches = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
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
    window.addEventListener("popstate", this.moved);
    import(new URL("/live/search/search.js", window.location.href).href).then(({ mountSearch }) => {
      if (this.closed) return;
      this.view = mountSearch(frame, { ...data, theme: window.parleyTheme.shown, onOpen: (page, query) => this.tell("go", { page, query }), onAsk: (text) => this.tell("go", { page: "chat", query: { ask: "1", text } }) });
    });
  }

  close() {
    this.closed = true;
    this.unwatch();
    window.removeEventListener("popstate", this.moved);
    this.view?.destroy();
    this.frame.replaceChildren();
  }

  follow() {
    if (window.location.pathname === this.path) this.view?.follow();
  }
}
