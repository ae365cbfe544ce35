// A reply on the screen, block by block: what has been shown stays; only the last block, which
// still grows, is made anew.

import remend from "../vendor/remend/remend.js";
import { growCode } from "../markdown/code.js";
import { withoutBegun } from "../markdown/formulas.js";
import { blocks, nodesOf, ready } from "../markdown/markdown.js";

export class Writing {
  constructor(element) {
    this.element = element;
    this.clear();
  }

  clear() {
    Object.assign(this, { text: "", done: 0, open: null, shown: null });
    this.element.replaceChildren();
  }

  /** Show a text; `growing`: more of it is to come. */
  show(text, growing) {
    if (this.shown === text && this.growing === growing) return;
    if (!text.startsWith(this.text.slice(0, this.done))) this.clear();
    Object.assign(this, { text, growing, shown: text });
    const tokens = this.#tokens(text.slice(this.done), growing);
    const last = tokens.findLastIndex(({ type }) => type !== "space");
    tokens.slice(0, last).forEach((token) => this.#settle(token));
    if (last >= 0) this.#last(tokens[last], growing);
    else this.#drop();
    this.#fetch(text);
  }

  /** What is in the open block and after it. */
  #tokens(text, growing) {
    const tokens = blocks(text);
    const last = tokens.at(-1);
    if (!growing || !last || last.type === "code") return tokens;
    const before = text.slice(0, text.length - last.raw.length);
    const shown = withoutBegun(last.raw);
    const mended = last.type === "table" ? shown : remend(shown, { linkMode: "text-only", images: false, katex: false, singleTilde: false });
    return mended === last.raw ? tokens : blocks(before + mended);
  }

  /** A block that is complete. */
  #settle(token) {
    const { length } = token.raw;
    if (token.type !== "space") {
      if (this.open && !this.#same(token)) this.#replace(token);
      else if (!this.open) this.element.append(nodesOf([token]));
      this.open = null;
    }
    this.done += length;
  }

  #last(token, growing) {
    const { open } = this;
    const grown = open?.token.type === "code" && token.type === "code" && open.token.lang === token.lang;
    if (grown) growCode(open.nodes[0], token.text);
    else if (!open) this.#append(token);
    else if (!this.#same(token)) this.#replace(token);
    this.open.token = token;
    if (growing) return;
    this.open = null;
    this.done = this.text.length;
  }

  #same(token) {
    return this.open.token.raw === token.raw && this.open.token.type === token.type;
  }

  #append(token) {
    const fragment = nodesOf([token]);
    this.open = { token, nodes: [...fragment.childNodes] };
    this.element.append(fragment);
  }

  #replace(token) {
    const old = this.open.nodes;
    this.open = null;
    old.forEach((node) => node.remove());
    this.#append(token);
  }

  #drop() {
    this.open?.nodes.forEach((node) => node.remove());
    this.open = null;
  }

  /** What is shown without its library is shown anew once that is here. */
  async #fetch(text) {
    const needs = ready([text]);
    if (!needs || this.fetching) return;
    this.fetching = true;
    await needs;
    this.fetching = false;
    const { text: now, growing } = this;
    this.clear();
    this.show(now, growing);
  }
}
