// Copying, also where the page is not secure.

/** Put a text on the clipboard; rejects where the browser does not let it. */
export async function put(text) {
  if (navigator.clipboard?.writeText) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.style.cssText = "position:fixed;opacity:0";
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("not copied");
  return undefined;
}
