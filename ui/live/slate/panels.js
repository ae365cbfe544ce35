// The sheets of the slate page: all slates, the versions of one, the rooms; and alternatives.

import { el } from "../dom.js";
import { icon } from "../icons.js";
import { place } from "../menu.js";
import { openSheet } from "../sheet.js";
import { when } from "../when.js";
import { TASKS } from "./wording.js";

const SEARCH_AFTER = 200; // ms without a key

/** All slates, to search, open, rename and delete. `desk` does what is chosen. */
export function openSlates(root, desk) {
  const list = el("ul", { class: "choices" });
  const none = el("p", { class: "none", hidden: true });
  let timer;
  const search = el("input", { type: "search", class: "input", placeholder: "Search in all slates", "aria-label": "Search in all slates", autocomplete: "off" });
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(show, SEARCH_AFTER);
  });
  const fresh = el("button", { type: "button", class: "choice new" }, icon("plus"), el("span", { class: "own" }, "New slate"));
  const content = el("div", { class: "sheet-body" }, el("label", { class: "search" }, icon("search"), search), fresh, list, none);
  const dialog = sheet(root, "Slates", content, "tall");
  fresh.addEventListener("click", () => (dialog.close(), desk.fresh()));

  async function show() {
    const slates = await desk.list(search.value);
    none.hidden = slates.length > 0;
    none.textContent = search.value ? "No slate holds these words." : "What you write is kept here.";
    list.replaceChildren(...slates.map((one) => entry(one)));
  }

  function entry(slate) {
    const open = el("button", { type: "button", class: "choice", "aria-current": slate.id === desk.id ? "true" : null, on: { click: () => (dialog.close(), desk.open(slate.id)) } },
      el("span", { class: "entry-text" }, el("span", { class: "own", dir: "auto" }, slate.title), el("span", { class: "quiet" }, `${TASKS[slate.task].label} · ${when(slate.updated_at)}`)));
    const item = el("li", { class: "entry" }, open);
    const act = (name, label, action) => el("button", { type: "button", class: "round", "aria-label": `${label} “${slate.title}”`, title: label, on: { click: action } }, icon(name));
    item.append(act("pen", "Rename", () => rename(item, slate)), act("bin", "Delete", () => remove(slate)));
    return item;
  }

  function rename(item, slate) {
    const input = el("input", { class: "input", value: slate.title, maxlength: "120", dir: "auto", "aria-label": "New title" });
    const keep = async (wanted) => {
      if (input.dataset.done) return;
      input.dataset.done = "yes";
      if (wanted !== null && wanted.trim() !== slate.title) await desk.rename(slate.id, wanted);
      show();
    };
    input.addEventListener("keydown", (event) => {
      if (event.isComposing || !["Enter", "Escape"].includes(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      keep(event.key === "Enter" ? input.value : null);
    });
    input.addEventListener("blur", () => keep(input.value));
    item.replaceChildren(input);
    input.focus();
    input.select();
  }

  async function remove(slate) {
    await desk.remove(slate);
    show();
  }

  show();
  return { dialog, show };
}

/** The versions of the slate shown, the newest first. */
export function openVersions(root, versions, onRestore) {
  const items = versions.map((one, index) => version(one, index, (id) => (dialog.close(), onRestore(id))));
  const none = el("p", { class: "none" }, "A version is kept whenever a result is complete.");
  const content = el("div", { class: "sheet-body" }, versions.length ? el("ul", { class: "choices" }, ...items) : none);
  const dialog = sheet(root, "Versions", content, versions.length > 4 ? "tall" : "");
  return dialog;
}

function version({ id, task, created_at: at, text, result }, index, restore) {
  const label = `${TASKS[task].label} · ${when(at)}${index ? "" : " · newest"}`;
  return el("li", {}, el("button", { type: "button", class: "choice version", title: "Bring this version back", on: { click: () => restore(id) } },
    el("span", { class: "entry-text" }, el("span", { class: "quiet" }, label), el("span", { class: "excerpt own", dir: "auto" }, result), el("span", { class: "excerpt", dir: "auto" }, text)),
    el("span", { class: "do" }, "Restore")));
}

/** Choose a room to say the result in. */
export function openRooms(root, rooms, onSend) {
  const item = (room) => el("li", {}, el("button", { type: "button", class: "choice", on: { click: () => (dialog.close(), onSend(room)) } }, icon("people"), el("span", { class: "own", dir: "auto" }, room.name)));
  const none = el("p", { class: "none" }, "There is no room yet. ", el("a", { href: "/rooms" }, "Open one"), ".");
  const told = el("p", {}, "The result is said there in your name; everybody reads it in their own language.");
  const content = el("div", { class: "sheet-body" }, rooms.length ? told : none, el("ul", { class: "choices" }, ...rooms.map(item)));
  const dialog = sheet(root, "Send to a room", content);
  return dialog;
}

/** Other ways to say a sentence, beside it. `ask()` gives them, `use(words)` takes one. */
export async function openAlternatives(root, element, { ask, use, language }) {
  root.querySelector(".alternatives")?.remove();
  const state = el("p", { class: "quiet", role: "status" }, "Looking for other ways to say this…");
  const menu = el("div", { class: "alternatives", popover: "auto", role: "dialog", "aria-label": "Other ways to say this" }, state);
  root.append(menu);
  element.classList.add("chosen");
  menu.addEventListener("toggle", ({ newState }) => {
    if (newState === "open") return;
    element.classList.remove("chosen");
    menu.remove();
  });
  menu.showPopover();
  place(menu, element);
  try {
    const found = await ask();
    const choice = (words) => el("button", { type: "button", class: "choice", lang: language, dir: "auto", on: { click: () => (menu.hidePopover(), use(words)) } }, words);
    menu.replaceChildren(...(found.length ? found.map(choice) : [el("p", { class: "quiet" }, "The model found no other way to say it.")]));
    menu.querySelector("button")?.focus({ preventScroll: true });
  } catch ({ code, message }) {
    const settings = code === "needs_ai" ? el("a", { href: "/settings" }, "Open Settings") : "";
    menu.replaceChildren(el("p", { role: "alert" }, message, " ", settings));
  }
  place(menu, element);
}

function sheet(root, title, content, kind = "") {
  return openSheet(root, { title, content, close: "Close", dir: "ltr", lang: "en", kind });
}
