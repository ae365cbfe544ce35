// How a reader goes on with what was shared, in a Parley of their own.

import { put } from "../clipboard.js";
import { el, setText } from "../dom.js";
import { openSheet } from "../sheet.js";

const OWN_PARLEY = "http://127.0.0.1:8501/sharing"; // where Parley's host door is unless it was moved

/** Say how, with the address of this page to take along. */
export function openCopy(root, words) {
  const address = location.href.split("#")[0];
  const copy = el("button", { type: "button", class: "primary" }, words.say("shared.copy_address"));
  const say = (key) => () => setText(copy, words.say(key));
  copy.addEventListener("click", () => put(address).then(say("shared.copied"), say("error.other")));
  const open = el("a", { class: "secondary", href: `${OWN_PARLEY}?copy=${encodeURIComponent(address)}`, target: "_blank", rel: "noopener noreferrer" }, words.say("shared.copy_open"));
  const shown = el("input", { class: "input", readonly: true, value: address, dir: "ltr", "aria-label": words.say("shared.copy_address"), on: { focus: () => shown.select() } });
  const content = el("div", { class: "sheet-body as-copy-sheet" }, el("p", {}, words.say("shared.copy_text")), shown, copy, open);
  return openSheet(root, { title: words.say("shared.copy"), content, close: words.say("close"), dir: words.direction, lang: words.language });
}
