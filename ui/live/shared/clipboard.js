// Copying. A page on a plain address of the local network has no clipboard of its own.

import { el } from "../dom.js";

/** Put `text` on the clipboard; whether that went well. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text);
  }
}

function copySelected(text) {
  const place = document.activeElement;
  const field = el("textarea", { readonly: true, style: { position: "fixed", opacity: "0" } });
  field.value = text;
  (document.querySelector("dialog[open]") ?? document.body).append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  place?.focus?.({ preventScroll: true });
  return done;
}
