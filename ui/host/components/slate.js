// The slate of `/live/slate/slate.js` in a Streamlit page, in its theme.

const slates = new WeakMap();

export default function ({ data: [data], parentElement }) {
  let slate = slates.get(parentElement);
  if (!slate) {
    slate = new Page(parentElement.querySelector(".frame"), data);
    slates.set(parentElement, slate);
  }
  return () => {
    slates.get(parentElement)?.close();
    slates.delete(parentElement);
  };
}

class Page {
  constructor(frame, data) {
    this.frame = frame;
    this.closed = false;
    this.unwatch = window.parleyTheme.watch(() => this.view?.setTheme(window.parleyTheme.shown));
    this.moved = () => this.#follow();
    window.addEventListener("popstate", this.moved);
    import(new URL("/live/slate/slate.js", window.location.href).href).then(({ mountSlate }) => {
      if (this.closed) return;
      this.view = mountSlate(frame, {
        slate: here(),
        strings: data.strings,
        languages: data.languages,
        target: data.target,
        theme: window.parleyTheme.shown,
        onAddress: (id) => goTo(id),
      });
    });
  }

  close() {
    this.closed = true;
    this.unwatch();
    window.removeEventListener("popstate", this.moved);
    this.view?.destroy();
    this.frame.replaceChildren();
  }

  #follow() {
    if (this.view && window.location.pathname.endsWith("/slate") && here() !== this.view.id) this.view.open(here());
  }
}

/** Which slate the address names. */
function here() {
  return new URLSearchParams(window.location.search).get("slate");
}

/** The address follows without a rerun; what is opened anew can be gone back from. */
function goTo(id) {
  if (here() === id) return;
  const url = new URL(window.location.href);
  if (id) url.searchParams.set("slate", id);
  else url.searchParams.delete("slate");
  window.history[here() ? "pushState" : "replaceState"](window.history.state, "", url);
}
