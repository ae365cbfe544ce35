// The REST API as the library uses it. Every failure is an Error that says what to do.

import { random } from "../outbox.js";

const LOOKS_EVERY = 300; // ms between two looks at how far a file is
const NAME = /filename\*=UTF-8''([^;]+)|filename="([^"]+)"/u;

export class Api {
  list(query) {
    return this.#json("GET", `conversations?${given(query)}`);
  }

  one(id) {
    return this.#json("GET", `conversations/${id}?limit=1`);
  }

  search(q) {
    return this.#json("GET", `conversations/search?${given({ q, limit: 200 })}`);
  }

  tags() {
    return this.#json("GET", "conversations/tags");
  }

  bookmarks() {
    return this.#json("GET", "bookmarks?limit=500");
  }

  bookmark(message, on) {
    return this.#json("POST", `messages/${message}/bookmark`, { on });
  }

  change(id, changes) {
    return this.#json("PATCH", `conversations/${id}`, changes);
  }

  end(id, on) {
    return this.#json("POST", `conversations/${id}/${on ? "end" : "reopen"}`);
  }

  archive(ids, on) {
    return this.#json("POST", "conversations/archive", { ids, on });
  }

  remove(ids) {
    return this.#json("POST", "conversations/delete", { ids });
  }

  restore(ids) {
    return this.#json("POST", "conversations/restore", { ids });
  }

  /** A file with conversations: {name, blob}. `what`: {ids} or {all: true}; `onShare` hears how much of it is made, 0 to 1. */
  async exported(format, what, onShare) {
    const watch = random();
    const look = () => this.#json("GET", `conversations/export/progress/${watch}`).then(({ made }) => onShare(made), () => {});
    const timer = setInterval(look, LOOKS_EVERY);
    try {
      const answer = await send("POST", "conversations/export", JSON.stringify({ ...what, format, watch }), "application/json");
      const [, encoded, plain] = NAME.exec(answer.headers.get("content-disposition") ?? "") ?? [];
      return { name: encoded ? decodeURIComponent(encoded) : (plain ?? `conversations.${format}`), blob: await answer.blob() };
    } finally {
      clearInterval(timer);
    }
  }

  /** Bring in a file's conversations; how many are new and how many were known. */
  async imported(file) {
    const form = new FormData();
    form.append("file", file);
    return (await send("POST", "conversations/import", form)).json();
  }

  async #json(method, path, body) {
    const answer = await send(method, path, body && JSON.stringify(body), body && "application/json");
    return answer.status === 204 ? null : answer.json();
  }
}

/** Have the browser save a file. */
export function saved({ name, blob }) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function send(method, path, body, type) {
  let answer;
  try {
    answer = await fetch(new URL(`/api/${path}`, window.location.href), { method, body, headers: type ? { "content-type": type } : {} });
  } catch {
    throw new Error("Parley does not answer. Check that it runs, and try again.");
  }
  if (answer.ok) return answer;
  const { message } = await answer.json().catch(() => ({}));
  throw new Error(message ?? "That did not work. Reload the page and try again.");
}

function given(query) {
  return new URLSearchParams(Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== ""));
}
