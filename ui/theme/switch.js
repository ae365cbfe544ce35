// <theme-switch>: system, light or dark, as three small icons. Attributes `label`, `system`,
// `light` and `dark` name it in another language than English.
customElements.define("theme-switch", class extends HTMLElement {
  static #NAMES = { system: "As on this device", light: "Light", dark: "Dark" };
  static #ICONS = {
    system: "M4 5.5h16v10.5H4ZM9 20h6M12 16v4",
    light: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM12 2.8v1.7M12 19.5v1.7M2.8 12h1.7M19.5 12h1.7M5.5 5.5l1.2 1.2M17.3 17.3l1.2 1.2M18.5 5.5l-1.2 1.2M6.7 17.3l-1.2 1.2",
    dark: "M20 14.2A8.2 8.2 0 0 1 9.8 4a8.2 8.2 0 1 0 10.2 10.2Z",
  };
  static #STYLE = `
    :host { display: inline-block; }
    div { display: inline-flex; gap: 2px; padding: 2px; border-radius: 9px; background: color-mix(in srgb, currentColor 8%, transparent); }
    label { position: relative; display: grid; place-items: center; inline-size: 2.25rem; block-size: 1.75rem; border-radius: 7px; border: 1px solid transparent; cursor: pointer; opacity: 0.75; }
    label:hover { opacity: 1; background: color-mix(in srgb, currentColor 8%, transparent); }
    label:has(:checked) { opacity: 1; background: color-mix(in srgb, currentColor 14%, transparent); }
    label:has(:focus-visible) { outline: 2px solid currentColor; outline-offset: 1px; }
    input { position: absolute; inset: 0; margin: 0; opacity: 0; cursor: inherit; }
    svg { inline-size: 1.05rem; block-size: 1.05rem; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; pointer-events: none; }
    @media (pointer: coarse) { label { inline-size: 2.75rem; block-size: 2.75rem; } }
    @media (forced-colors: active) { label:has(:checked) { border-color: Highlight; color: Highlight; } }`;

  connectedCallback() {
    const style = document.createElement("style");
    style.textContent = this.constructor.#STYLE;
    const group = document.createElement("div");
    group.setAttribute("role", "radiogroup");
    group.setAttribute("aria-label", this.getAttribute("label") ?? "Appearance");
    group.append(...Object.keys(this.constructor.#NAMES).map((choice) => this.#option(choice)));
    (this.shadowRoot ?? this.attachShadow({ mode: "open" })).replaceChildren(style, group);
    this.unwatch = window.parleyTheme.watch(() => this.#mark());
    this.#mark();
  }

  disconnectedCallback() {
    this.unwatch?.();
  }

  #option(choice) {
    const name = this.getAttribute(choice) ?? this.constructor.#NAMES[choice];
    const input = Object.assign(document.createElement("input"), { type: "radio", name: "theme", value: choice });
    input.setAttribute("aria-label", name);
    input.addEventListener("change", () => window.parleyTheme.choose(choice));
    const label = Object.assign(document.createElement("label"), { title: name });
    label.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${this.constructor.#ICONS[choice]}"/></svg>`;
    label.prepend(input);
    return label;
  }

  #mark() {
    for (const input of this.shadowRoot.querySelectorAll("input")) input.checked = input.value === window.parleyTheme.choice;
  }
});
