// The socket over which an open page hears of news; comes back by itself. Put in front of
// the components that use it: an inline module of Streamlit cannot import a neighbour.

const PAUSES = [300, 1000, 2000, 4000, 8000]; // ms between attempts

class News {
  /** `onNews(frame)` for every frame; `onLine(up)` when the line comes and goes. */
  constructor({ onNews, onLine }) {
    Object.assign(this, { onNews, onLine, socket: null, failures: 0, closed: false });
    this.wake = () => document.visibilityState === "visible" && this.#hurry();
    document.addEventListener("visibilitychange", this.wake);
    window.addEventListener("online", this.wake);
    this.#open();
  }

  /** Send a wish; false when the line is down. */
  wish(frame) {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  close() {
    this.closed = true;
    document.removeEventListener("visibilitychange", this.wake);
    window.removeEventListener("online", this.wake);
    clearTimeout(this.timer);
    if (this.socket) this.socket.onclose = null;
    this.socket?.close();
  }

  #open() {
    const url = new URL("/ws/news", window.location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url);
    this.socket = socket;
    socket.onopen = () => {
      this.failures = 0;
      this.onLine(true);
    };
    socket.onmessage = ({ data }) => this.onNews(JSON.parse(data));
    socket.onclose = () => this.#lost();
  }

  #lost() {
    this.socket = null;
    if (this.closed) return;
    this.onLine(false);
    const pause = PAUSES[Math.min(this.failures, PAUSES.length - 1)];
    this.failures += 1;
    this.timer = setTimeout(() => this.#open(), pause * (0.75 + Math.random() / 2));
  }

  #hurry() {
    if (this.socket || this.closed) return;
    clearTimeout(this.timer);
    this.#open();
  }
}

/** Make an element; `props` are attributes, `on` its listeners. Text goes in as text. */
function el(tag, { on = {}, ...props } = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  for (const [event, listener] of Object.entries(on)) node.addEventListener(event, listener);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}
