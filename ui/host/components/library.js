// The library of `/live/library/library.js` in a Streamlit page, in its theme.

const libraries = new WeakMap();

export default function ({ data: [data], parentElement, setTriggerValue }) {
  if (!libraries.has(parentElement)) libraries.set(parentElement, new Page(parentElement.querySelector(".frame"), data));
  libraries.get(parentElement).tell = setTriggerValue;
  return () => {
    libraries.get(parentElement)?.close();
    libraries.delete(parentElement);
  };
}

class Page {
  constructor(frame, data) {
    this.frame = frame;
    this.closed = false;
    this.unwatch = window.parleyTheme.watch(() => this.view?.setTheme(window.parleyTheme.shown));
    import(new URL("/live/library/library.js", window.location.href).href).then(({ mountLibrary }) => {
      if (!this.closed) this.view = mountLibrary(frame, { ...data, theme: window.parleyTheme.shown, onOpen: (kind, conversation, message) => this.tell("open", { kind, conversation, message: message ?? null }), onShare: (id) => this.tell("share", id) });
    });
  }

  close() {
    this.closed = true;
    this.unwatch();
    this.view?.destroy();
    this.frame.replaceChildren();
  }
}
