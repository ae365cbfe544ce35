// Menus that open at their button.

const APART = 4; // px between them
const EDGE = 8; // px a menu keeps from the window's edge

/** Put an open menu under its button, or above where there is no room; `align`: its "start" or "end" with the button's. */
export function place(menu, button, align = "start") {
  const at = button.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const left = align === "end" ? at.right - width : at.left;
  const top = at.bottom + APART + height < window.innerHeight ? at.bottom + APART : at.top - height - APART;
  menu.style.left = `${Math.max(EDGE, Math.min(left, window.innerWidth - width - EDGE))}px`;
  menu.style.top = `${Math.max(EDGE, top)}px`;
}

/** Open a menu that stands beside its button. */
export function drop(menu, button) {
  menu.showPopover();
  place(menu, button, "end");
  menu.querySelector("button")?.focus();
}
