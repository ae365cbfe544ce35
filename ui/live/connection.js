// One socket that keeps itself alive: comes back after every loss, at once when it can.

const PAUSES = [250, 1000, 2000, 4000, 8000, 15000]; // ms between attempts
const OPENING = 10000; // ms an attempt may take
const PING_EVERY = 25000; // ms of silence before the line is tried
const PONG_WITHIN = 5000; // ms until a silent line counts as lost

export class Connection {
  /**
   * `url` of the WebSocket; `hello()` gives the join frame of each attempt, none where an open
   * line is all it takes; `onEvent(event)` hears every event; `onState(state)` hears
   * "connecting", "joined", "lost" and "stopped".
   */
  constructor(url, { hello, onEvent, onState }) {
    Object.assign(this, { url, hello, onEvent, onState });
    this.socket = null;
    this.state = "stopped";
    this.failures = 0;
    this.timers = {};
    this.wake = () => this.#wake();
    this.visible = () => document.visibilityState === "visible" && this.#wake();
  }

  start() {
    if (this.state !== "stopped") return;
    window.addEventListener("online", this.wake);
    window.addEventListener("offline", this.wake);
    window.addEventListener("pageshow", this.wake);
    document.addEventListener("visibilitychange", this.visible);
    this.#become("connecting");
    this.#open();
  }

  stop() {
    window.removeEventListener("online", this.wake);
    window.removeEventListener("offline", this.wake);
    window.removeEventListener("pageshow", this.wake);
    document.removeEventListener("visibilitychange", this.visible);
    this.#drop();
    this.#become("stopped");
  }

  /** Send a frame; false when there is no line to send it on. */
  send(frame) {
    if (this.state !== "joined" || this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  /** The other side could not let us in now: try again after a pause. */
  later() {
    this.#lost();
  }

  #open() {
    this.#drop();
    let socket;
    try {
      socket = new WebSocket(this.url);
    } catch {
      this.#lost(); // the browser has no network at all
      return;
    }
    this.socket = socket;
    this.#after("opening", OPENING, () => this.#lost());
    socket.onopen = () => (this.hello ? socket.send(JSON.stringify(this.hello())) : this.#join());
    socket.onmessage = ({ data }) => this.#heard(JSON.parse(data));
    socket.onclose = () => this.#lost();
  }

  #heard(event) {
    this.#quiet();
    if (event.event === "joined") this.#join();
    if (event.event !== "pong") this.onEvent(event);
  }

  #join() {
    this.failures = 0;
    clearTimeout(this.timers.opening);
    this.#quiet();
    this.#become("joined");
  }

  #lost() {
    this.#drop();
    if (this.state === "stopped") return;
    if (this.state === "joined") this.#become("lost");
    const pause = PAUSES[Math.min(this.failures, PAUSES.length - 1)];
    this.failures += 1;
    this.#after("retry", pause * (0.75 + Math.random() / 2), () => this.#open());
  }

  /** Something changed around us (network, screen): try the line now instead of later. */
  #wake() {
    if (this.state === "stopped") return;
    if (this.state === "joined") this.#ping(PONG_WITHIN / 2);
    else if (!this.socket) {
      this.failures = 0;
      this.#open();
    }
  }

  #quiet() {
    clearTimeout(this.timers.pong);
    this.#after("ping", PING_EVERY, () => this.#ping(PONG_WITHIN));
  }

  #ping(within) {
    if (!this.send({ ping: true })) return this.#lost();
    return this.#after("pong", within, () => this.#lost());
  }

  #drop() {
    Object.values(this.timers).forEach(clearTimeout);
    const { socket } = this;
    this.socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #become(state) {
    if (this.state === state) return;
    this.state = state;
    this.onState(state);
  }

  #after(name, milliseconds, action) {
    clearTimeout(this.timers[name]);
    this.timers[name] = setTimeout(action, milliseconds);
  }
}
