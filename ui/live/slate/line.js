// The socket of the slate page: asks, hears, and comes back by itself.

const PAUSES = [250, 1000, 2000, 4000, 8000]; // ms between attempts

export class Line {
  /** `onEvent(event)` hears what nobody asked for; `onLine(up)` when the line comes and goes. */
  constructor(url, { onEvent, onLine }) {
    Object.assign(this, { url, onEvent, onLine, socket: null, failures: 0, closed: false, count: 0 });
    this.asked = new Map();
    this.wake = () => document.visibilityState === "visible" && this.#hurry();
    document.addEventListener("visibilitychange", this.wake);
    window.addEventListener("online", this.wake);
    this.#open();
  }

  get up() {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  /** Send a wish; what comes of it. Rejects with {code, message}. */
  ask(wish) {
    if (!this.up) return Promise.reject({ code: "lost", message: "Parley does not answer. Trying again…" });
    this.count += 1;
    const n = this.count;
    this.socket.send(JSON.stringify({ n, ...wish }));
    return new Promise((resolve, reject) => this.asked.set(n, { resolve, reject }));
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
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.onopen = () => {
      this.failures = 0;
      this.onLine(true);
    };
    socket.onmessage = ({ data }) => this.#heard(JSON.parse(data));
    socket.onclose = () => this.#lost();
  }

  #heard(event) {
    const asked = this.asked.get(event.n);
    this.asked.delete(event.n);
    if (event.event === "done") asked?.resolve(event);
    else if (event.event === "error" && asked) asked.reject(event);
    else this.onEvent(event);
  }

  #lost() {
    this.socket = null;
    for (const { reject } of this.asked.values()) reject({ code: "lost", message: "The line was lost." });
    this.asked.clear();
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
