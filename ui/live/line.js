// A line to a page's socket: asks, hears, and comes back by itself.

import { Connection } from "./connection.js";

export class Line {
  /** `path` of the socket; `onEvent(event)` hears what nobody asked for; `onLine(up)` when the line comes and goes. */
  constructor(path, { onEvent, onLine }) {
    Object.assign(this, { onEvent, onLine, count: 0, asked: new Map() });
    this.connection = new Connection(new URL(path, location.href).href.replace(/^http/, "ws"), {
      onEvent: (event) => this.#heard(event),
      onState: (state) => this.#became(state),
    });
    this.connection.start();
  }

  get up() {
    return this.connection.state === "joined";
  }

  /** Send a wish; what comes of it. Rejects with {code, message}. */
  ask(wish) {
    const n = this.count + 1;
    if (!this.connection.send({ n, ...wish })) return Promise.reject({ code: "lost", message: "Parley does not answer. Trying again…" });
    this.count = n;
    return new Promise((resolve, reject) => this.asked.set(n, { resolve, reject }));
  }

  close() {
    this.closed = true;
    this.connection.stop();
  }

  #heard(event) {
    const asked = this.asked.get(event.n);
    this.asked.delete(event.n);
    if (event.event === "done") asked?.resolve(event);
    else if (event.event === "error" && asked) asked.reject(event);
    else this.onEvent(event);
  }

  #became(state) {
    if (state === "joined") return this.onLine(true);
    for (const { reject } of this.asked.values()) reject({ code: "lost", message: "The line was lost." });
    this.asked.clear();
    return this.closed ? undefined : this.onLine(false);
  }
}
