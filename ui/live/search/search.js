// Search: one box over everything said and written, answered as one types.
//
//   const view = mountSearch(root, { theme, pages, onOpen, onAsk });
//   view.destroy();

import { el, setText } from "../dom.js";
import { icon } from "../icons.js";
import { styleSheets } from "../styles.js";
import { Api } from "./api.js";
import { asQuery, fromAddress, isEmpty, toAddress } from "./asked.js";
import { Filters } from "./filters.js";
import { keep, kept, scrollerOf } from "./kept.js";
import { nothing } from "./nothing.js";
import { keyOf } from "./result.js";
import { Results } from "./results.js";
import { State } from "./state.js";
import { welcome } from "./welcome.js";

const AFTER = 80; // ms without a key
const PAUSE = 600; // ms without a key after which the last word is taken for whole
const PAGE = 20;
const SETTLING = 500; // ms in which a page that was gone back to is held where it was
const MOST = 200; // of one request
const AGAIN = [500, 1000, 2000, 4000]; // ms after which what failed is tried again
const GOES_ON = /[\p{L}\p{N}\p{M}]$/u; // the last word may
const SHEETS = ["room.css", "sheet.css", "controls.css", "search/search.css"];

/** Show the search in `root`, asking what the page's address asks. `pages`: the addresses of the
 * chat, rooms, slate and memories pages; `onOpen(page, query)` hears what is to be shown there,
 * `onAsk(text)` what is to be asked of the AI. `follow()`: the address has changed. */
export function mountSearch(root, options) {
  const search = new Search(root, options);
  return { destroy: () => search.destroy(), follow: () => search.follow(), setTheme: (theme) => (search.element.dataset.theme = theme) };
}

class Search {
  constructor(root, { theme, pages, onOpen, onAsk }) {
    Object.assign(this, { pages, onOpen, onAsk, api: new Api(), turn: 0, failures: 0, timers: {} });
    this.path = window.location.pathname;
    this.asked = fromAddress(window.location.search);
    this.#build(root, theme);
    this.keys = (event) => this.#key(event);
    document.addEventListener("keydown", this.keys);
    this.#begin();
  }

  destroy() {
    this.controller?.abort();
    Object.values(this.timers).forEach(clearTimeout);
    document.removeEventListener("keydown", this.keys);
    cancelAnimationFrame(this.holding);
    this.sight.disconnect();
    this.state.destroy();
    this.element.remove();
    this.sheets.forEach((sheet) => sheet.remove());
  }

  follow() {
    if (window.location.search === this.address) return;
    this.asked = fromAddress(window.location.search);
    this.input.value = this.asked.q;
    this.#look();
  }

  // Building

  #build(root, theme) {
    this.input = el("input", {
      type: "search", class: "input", value: this.asked.q, maxlength: 1000, placeholder: "Search everything said",
      "aria-label": "Search everything", autocomplete: "off", autocapitalize: "off", spellcheck: "false", enterkeyhint: "search", dir: "auto",
      on: { input: (event) => event.isComposing || this.#typed(), compositionend: () => this.#typed(), keydown: (event) => this.#inBox(event) },
    });
    this.input.value = this.asked.q;
    this.ask = el("button", { type: "button", class: "tool ask", title: "Ask the AI (Ctrl+Enter)", on: { click: () => this.#toAI() } }, icon("bubble"), el("span", {}, "Ask"));
    this.clear = el("button", { type: "button", class: "clear", "aria-label": "Clear", title: "Clear", on: { click: () => this.#askFor({ ...this.asked, q: "" }) } }, icon("close"));
    this.filters = new Filters({ asked: () => this.asked, change: (changes) => this.#change(changes) });
    this.state = new State(this.api, () => this.#look({ quietly: true }));
    this.count = el("p", { class: "quiet", role: "status" });
    this.head = el("div", { class: "found-head" }, this.count, this.filters.order);
    this.results = new Results({ address: (place) => this.#address(place), open: (event, place) => this.#open(event, place) });
    this.instead = el("div", { class: "instead" });
    this.bottom = el("div", { class: "end" });
    this.head.hidden = true;
    const box = el("div", { class: "box" }, el("label", { class: "search" }, icon("search"), this.input, el("kbd", { "aria-hidden": "true" }, "/"), this.clear), this.ask);
    this.element = el("div", { class: "parley finder", dataset: { theme }, style: { visibility: "hidden" } }, el("div", { class: "top" }, box, this.filters.element), this.state.element, this.head, this.results.element, this.instead, this.bottom);
    this.sheets = styleSheets(() => this.#styled(), SHEETS);
    this.sight = new IntersectionObserver((changes) => changes.at(-1).isIntersecting && this.#more());
    this.sight.observe(this.bottom);
    root.append(...this.sheets, this.element);
  }

  #styled() {
    this.element.style.removeProperty("visibility");
    if (this.back) this.#backTo(this.back.top);
    else if (matchMedia("(hover: hover)").matches) this.input.focus({ preventScroll: true });
  }

  /** Streamlit begins a page at its top, a moment after it stands there. */
  #backTo(top) {
    const scroller = scrollerOf(this.element);
    const still = performance.now() + SETTLING;
    const hold = () => {
      if (scroller.scrollTop !== top) scroller.scrollTop = top;
      if (performance.now() < still) this.holding = requestAnimationFrame(hold);
    };
    const release = () => cancelAnimationFrame(this.holding);
    for (const event of ["wheel", "touchstart", "keydown", "pointerdown"]) window.addEventListener(event, release, { once: true, capture: true });
    hold();
  }

  #begin() {
    this.address = window.location.search;
    this.back = isEmpty(this.asked) ? null : kept(this.address);
    if (this.back) this.#show(this.back.results);
    this.#look({ quietly: Boolean(this.back), many: Math.min(Math.max(PAGE, this.back?.results.hits.length ?? 0), MOST) });
    this.state.watch();
    this.api.choices().then((choices) => this.#offer(choices), () => {});
  }

  #offer(choices) {
    this.choices = choices;
    this.filters.offer(choices);
    this.#drawWelcome();
  }

  // Asking

  #typed() {
    this.asked.q = this.input.value;
    clearTimeout(this.timers.typed);
    clearTimeout(this.timers.paused);
    if (isEmpty(this.asked)) return this.#look();
    const { selectionEnd, value } = this.input;
    const typing = selectionEnd === value.length && GOES_ON.test(value);
    this.timers.typed = setTimeout(() => this.#look({ typing }), AFTER);
    this.timers.paused = setTimeout(() => (typing ? this.#look({ quietly: true }) : this.#remember()), PAUSE);
    return undefined;
  }

  #change(changes) {
    Object.assign(this.asked, changes);
    this.#look();
  }

  #askFor(asked) {
    this.asked = { ...asked };
    this.input.value = asked.q;
    this.#look();
    this.input.focus();
  }

  /** `typing`: the last word goes on. `quietly`: what is shown is of the same question, so the page stays where it is. */
  async #look({ typing = false, quietly = false, many = PAGE } = {}) {
    this.#settle(typing);
    const turn = (this.turn += 1);
    if (isEmpty(this.asked)) return this.#rest();
    this.controller = new AbortController();
    this.element.setAttribute("aria-busy", "true");
    const again = () => this.#look({ typing, quietly, many });
    let query = { ...asQuery(this.asked), typing, limit: many };
    let found = await this.#read(query, turn, again);
    if (found && !typing && !lastStands(query.q, found.hits)) {
      query = { ...query, typing: true };
      found = await this.#read(query, turn, again);
    }
    if (!found || turn !== this.turn) return undefined;
    this.query = query;
    this.element.removeAttribute("aria-busy");
    if (!quietly) this.#toTop();
    return this.#show(found);
  }

  #settle(typing) {
    this.controller?.abort();
    Object.values(this.timers).forEach((timer) => timer !== this.timers.paused && clearTimeout(timer));
    if (!typing) {
      clearTimeout(this.timers.paused);
      this.#remember();
    }
    this.filters.draw();
    this.ask.disabled = !this.asked.q.trim();
  }

  /** Hits, or nothing where it failed: what passes is tried again by itself. */
  async #read(query, turn, again) {
    try {
      const found = await this.api.search(query, this.controller.signal);
      if (turn === this.turn) this.#calm();
      return found;
    } catch (error) {
      if (error.name !== "AbortError" && turn === this.turn) this.#failed(error, again);
      return null;
    }
  }

  #calm() {
    this.failures = 0;
    this.state.complain(null);
  }

  #failed(error, again) {
    this.element.removeAttribute("aria-busy");
    this.state.complain(error.passing ? `${error.message} Trying again…` : error.message);
    if (!error.passing) return;
    this.timers.again = setTimeout(again, AGAIN[Math.min(this.failures, AGAIN.length - 1)]);
    this.failures += 1;
  }

  async #more() {
    if (!this.found?.more || this.reading) return;
    this.reading = true;
    const { turn } = this;
    this.controller = new AbortController();
    const { length } = this.found.hits;
    // From the first on as long as that can be: what is said meanwhile moves the others.
    const page = length + PAGE > MOST ? { limit: PAGE, offset: length } : { limit: length + PAGE };
    const query = { ...this.query, ...page };
    const found = await this.#read(query, turn, () => this.#more());
    this.reading = false;
    if (!found || turn !== this.turn) return;
    const known = new Set(this.found.hits.map(keyOf));
    const further = found.hits.filter((hit) => !known.has(keyOf(hit)));
    this.found = { ...found, hits: [...this.found.hits, ...further] };
    this.results.add(further);
    this.#say();
    this.#seeBottom();
  }

  // Showing

  #show(found) {
    this.found = found;
    this.results.show(found.hits);
    this.#say();
    this.state.meaning(found.by_meaning || !this.asked.q.trim());
    const doing = { ask: (change) => this.#askFor(change(this.asked)), toAI: () => this.#toAI() };
    this.instead.replaceChildren(...(found.hits.length ? [] : [nothing(this.asked, found.by_meaning, doing)]));
    this.#seeBottom();
  }

  #say() {
    const { hits, more } = this.found;
    setText(this.count, hits.length ? `${hits.length}${more ? "+" : ""} found` : "");
    this.head.hidden = !hits.length;
  }

  /** The observer tells of changes alone: where the bottom is still in sight, look again. */
  #seeBottom() {
    this.sight.unobserve(this.bottom);
    this.sight.observe(this.bottom);
  }

  /** Nothing is asked. */
  #rest() {
    this.found = null;
    this.#calm();
    this.element.removeAttribute("aria-busy");
    this.results.show([]);
    this.state.meaning(true);
    this.head.hidden = true;
    this.instead.replaceChildren();
    this.#drawWelcome();
  }

  async #drawWelcome() {
    if (!this.choices || !isEmpty(this.asked)) return;
    this.welcome ??= welcome(this.api, this.choices, (q) => this.#askFor({ ...this.asked, q }));
    const examples = await this.welcome.catch(() => ((this.welcome = null), undefined));
    if (!isEmpty(this.asked) || examples === undefined) return;
    const intro = examples ? "Chats, rooms, slates and memories, by words and by meaning together. Click one to try it:" : "Nothing has been said yet. What you say in chats and rooms, and what you write in slates and memories, is found here.";
    this.instead.replaceChildren(...[el("p", { class: "intro" }, intro), examples].filter(Boolean));
  }

  #toTop() {
    const scroller = scrollerOf(this.element);
    if (scroller.scrollTop > 0) scroller.scrollTop = 0;
  }

  // Going there, and back

  #remember() {
    const address = toAddress(this.asked);
    if (window.location.pathname !== this.path) return;
    if (address !== window.location.search) window.history.replaceState(window.history.state, "", window.location.pathname + address);
    this.address = window.location.search;
  }

  #address({ page, query }) {
    return `${this.pages[page]}?${new URLSearchParams(query)}`;
  }

  #open(event, { page, query }) {
    this.#remember();
    if (this.found) keep(this.address, this.found, scrollerOf(this.element));
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    event.preventDefault();
    this.onOpen(page, query);
  }

  #toAI() {
    const text = this.asked.q.trim();
    if (!text) return;
    this.#remember();
    this.onAsk(text);
  }

  // Keys

  #key(event) {
    const [target] = event.composedPath();
    const writing = target.matches?.("input, textarea, select, [contenteditable]");
    const slash = event.key === "/" && !writing && !event.ctrlKey && !event.metaKey && !event.altKey;
    const control = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
    if (slash || control) this.#focus(event);
    else if (this.element.contains(target) && target.closest(".results")) this.#inResults(event, target);
  }

  #focus(event) {
    event.preventDefault();
    event.stopPropagation();
    this.input.focus();
    this.input.select();
  }

  #inBox(event) {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" && this.results.step(null, 1)) event.preventDefault();
    if (event.key === "Enter") {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) this.#toAI();
      else this.#enter();
    }
    if (event.key === "Escape" && this.input.value) this.#askFor({ ...this.asked, q: "" });
  }

  /** Whoever ends with Enter means what stands there; on a phone the keyboard makes room. */
  #enter() {
    this.asked.q = this.input.value;
    this.#look({ quietly: true });
    if (!matchMedia("(hover: hover)").matches) this.input.blur();
  }

  #inResults(event, target) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape" || (step && !this.results.step(target, step))) this.input.focus();
    if (step || event.key === "Escape") event.preventDefault();
  }
}

/** Whether the last word of a question, in any of its forms, was said as it is; else it is one that goes on. */
function lastStands(q, hits) {
  const last = q.toLowerCase().split(/\s+/u).at(-1);
  if (!GOES_ON.test(last) || /^[-−]/u.test(last)) return true;
  const stem = last.slice(0, Math.max(3, last.length - 3));
  return hits.some(({ words }) => words.some((word) => word.startsWith(stem) || last.includes(word)));
}
