// A sheet over the page: from the bottom on a phone, in the middle on a desktop.

import { el } from "./dom.js";
import { icon } from "./icons.js";

/** Open a modal sheet in `root`; returns the <dialog>. Esc, the backdrop and × close it. */
export function openSheet(root, { title, close, content, dir, lang, kind = "" }) {
  const dialog = el("dialog", { class: `sheet ${kind}`, "aria-label": title, dir, lang });
  const shut = el("button", { type: "button", class: "round", "aria-label": close, on: { click: () => dialog.close() } }, icon("close"));
  dialog.append(el("div", { class: "sheet-head" }, el("h2", {}, title), shut), content);
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  root.append(dialog);
  dialog.showModal();
  return dialog;
}
