// A menu under a button: what can be done, by mouse, finger or keys.

import { el } from "../dom.js";
import { icon } from "../icons.js";
import { place } from "../menu.js";

/** Open it; `items`: {icon, label, act, pressed?} or an element of one's own with buttons in it. */
export function openMenu(root, anchor, items, label) {
  root.querySelector(".menu")?.remove();
  const menu = el("div", { class: "menu", popover: "auto", role: "menu", "aria-label": label }, ...items.map((item) => (item instanceof Element ? item : entry(item))));
  menu.addEventListener("toggle", ({ newState }) => newState === "closed" && menu.remove());
  menu.addEventListener("keydown", (event) => step(event, menu));
  menu.addEventListener("click", (event) => {
    if (!event.target.closest("button")) return;
    anchor.focus({ preventScroll: true });
    menu.hidePopover();
  });
  root.append(menu);
  menu.showPopover();
  place(menu, anchor);
  (menu.querySelector("input") ?? menu.querySelector("button"))?.focus({ preventScroll: true });
  return menu;
}

function entry({ icon: name, label, act, pressed }) {
  const role = pressed === undefined ? "menuitem" : "menuitemcheckbox";
  return el("button", { type: "button", class: "menu-item", role, "aria-checked": pressed === undefined ? null : String(pressed), on: { click: act } }, icon(name), el("span", {}, label));
}

/** Arrow keys go from one to the next. */
function step(event, menu) {
  const by = { ArrowDown: 1, ArrowUp: -1, ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by || (event.target.matches("input") && event.key.match(/Left|Right/))) return;
  event.preventDefault();
  const all = [...menu.querySelectorAll("button:not([hidden]), input")];
  const at = all.indexOf(menu.getRootNode().activeElement);
  all[(at + by + all.length) % all.length]?.focus();
}
