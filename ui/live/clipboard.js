// Copying. A page on a plain address of the local network has no clipboard of its own.

import { el } from "./dom.js";

/** Put `text` on the clipboard; rejects where the browser does not let it. */
export async function put(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    if (!copySelected(text)) throw new Error("not copied");
  }
}

function copySelected(text) {
  const place = focused();
  const field = el("textarea", { readonly: true, style: { position: "fixed", opacity: "0" } });
  field.value = text;
  (place.closest("dialog") ?? document.body).append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  place.focus({ preventScroll: true });
  return done;
}

/** What has the focus, also in a shadow tree: a field beside an open dialog could not have it. */
function focused() {
  let place = document.activeElement ?? document.body;
  while (place.shadowRoot?.activeElement) place = place.shadowRoot.activeElement;
  return place;
}
