// The larger libraries, fetched when something needs them.

import { el } from "../dom.js";

const HERE = new URL("../vendor/", import.meta.url);
const loading = {};
export const loaded = { katex: null, hljs: null };
// Where formulas are shown; their fonts count only where the page itself has them.
const roots = new Set([document.head]);

/** Fetch what shows formulas; where it cannot be fetched they stay as written. */
export function loadKatex() {
  loading.katex ??= fetched(async () => {
    await Promise.all([import(new URL("katex/katex.js", HERE).href), ...[...roots].map(dressed)]);
    loaded.katex = window.katex;
  });
  return loading.katex;
}

/** Fetch what colours code. */
export function loadHighlight() {
  loading.hljs ??= fetched(async () => {
    loaded.hljs = (await import(new URL("highlight/highlight.js", HERE).href)).default;
  });
  return loading.hljs;
}

/** Show formulas in another root, too. */
export function adopt(root) {
  roots.add(root);
  if (loading.katex) dressed(root);
}

function dressed(root) {
  return new Promise((arrived) => root.append(el("link", { rel: "stylesheet", href: new URL("katex/katex.css", HERE).href, on: { load: arrived, error: arrived } })));
}

async function fetched(load) {
  try {
    await load();
  } catch (error) {
    console.warn("a library of the page did not load", error);
  }
}
