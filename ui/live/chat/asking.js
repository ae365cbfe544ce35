// Whether what is typed goes to the model alone, or is asked of everything that was ever said.

import { el } from "../dom.js";
import { icon } from "../icons.js";

const LABEL = "Ask everything said";

export class Asking {
  /** `onChange()` hears of a choice. */
  constructor(onChange) {
    this.onChange = onChange;
    this.button = el("button", { type: "button", class: "who asking", "aria-pressed": "false", title: "Answer from everything that was ever said and written, with its sources", on: { click: () => this.choose(!this.on) } }, icon("history"), el("span", {}, LABEL));
    this.on = false;
  }

  choose(on) {
    this.on = on;
    this.button.setAttribute("aria-pressed", String(on));
    this.onChange();
  }
}
