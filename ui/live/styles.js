// The view's style sheets, which work in a page and in a shadow root.

import { el } from "./dom.js";

export const NAMES = ["room.css", "messages.css", "join.css", "sheet.css", "voice.css"];

/** Elements to be put in the root; `done` once all are there (or failed), so that nothing flashes. */
export function styleSheets(done, names = NAMES) {
  let missing = names.length;
  const arrived = () => (missing -= 1) || done();
  return names.map((name) =>
    el("link", { rel: "stylesheet", href: new URL(name, import.meta.url).href, on: { load: arrived, error: arrived } }),
  );
}
