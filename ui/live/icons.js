// The icons and the mark, drawn as SVG.

import { setAttributes } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  send: ["M4.5 12 3.2 4.9c-.2-.9.7-1.6 1.5-1.2l16 7.4c.8.4.8 1.5 0 1.9l-16 7.3c-.8.4-1.7-.4-1.5-1.2L4.5 12Zm0 0h8"],
  globe: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z", "M3.5 12h17M12 3.2c2.4 2.5 3.6 5.4 3.6 8.8s-1.2 6.3-3.6 8.8c-2.4-2.5-3.6-5.4-3.6-8.8S9.6 5.7 12 3.2Z"],
  down: ["M12 5v13", "m6.5 12.5 5.5 5.5 5.5-5.5"],
  chevron: ["m7 10 5 5 5-5"],
  close: ["M6.5 6.5l11 11M17.5 6.5l-11 11"],
  check: ["m5.5 12.5 4.2 4.2 8.8-9.2"],
  clock: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z", "M12 7.5V12l3 2"],
  alert: ["M12 8v5", "M12 16.5v.1", "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z"],
  retry: ["M19.5 12a7.5 7.5 0 1 1-2.3-5.4L20 9", "M20 4v5h-5"],
  theme: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z", "M12 3v18a9 9 0 0 0 0-18Z"],
  system: ["M4 5.5h16v10.5H4Z", "M9 20h6M12 16v4"],
  light: ["M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z", "M12 2.8v1.7M12 19.5v1.7M2.8 12h1.7M19.5 12h1.7M5.5 5.5l1.2 1.2M17.3 17.3l1.2 1.2M18.5 5.5l-1.2 1.2M6.7 17.3l-1.2 1.2"],
  dark: ["M20 14.2A8.2 8.2 0 0 1 9.8 4a8.2 8.2 0 1 0 10.2 10.2Z"],
  search: ["M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Z", "m16.2 16.2 4.3 4.3"],
  leave: ["M10 4H6.5A1.5 1.5 0 0 0 5 5.5v13A1.5 1.5 0 0 0 6.5 20H10", "M15 8l4 4-4 4", "M19 12H9.5"],
  mic: ["M12 15a3.5 3.5 0 0 0 3.5-3.5v-5a3.5 3.5 0 1 0-7 0v5A3.5 3.5 0 0 0 12 15Z", "M5.5 11.5a6.5 6.5 0 0 0 13 0", "M12 18v3"],
  stop: ["M8 6.5h8A1.5 1.5 0 0 1 17.5 8v8a1.5 1.5 0 0 1-1.5 1.5H8A1.5 1.5 0 0 1 6.5 16V8A1.5 1.5 0 0 1 8 6.5Z"],
  speaker: ["M4 9.5v5h3.2l4.8 4v-13l-4.8 4H4Z", "M15.3 9.2a4 4 0 0 1 0 5.6", "M18 6.6a7.6 7.6 0 0 1 0 10.8"],
  swap: ["M4 8.5h15", "m15.5 5 3.5 3.5-3.5 3.5", "M20 15.5H5", "m8.5 12-3.5 3.5L8.5 19"],
  copy: ["M9 9h9.5v11H9Z", "M15 9V4.5H5.5v11H9"],
  history: ["M4.2 10.5A8 8 0 1 1 4 13", "M4 5.5v5h5", "M12 8v4.2l3 1.8"],
  list: ["M8.5 6.5H20M8.5 12H20M8.5 17.5H20", "M4.2 6.5h.1M4.2 12h.1M4.2 17.5h.1"],
  plus: ["M12 5.5v13M5.5 12h13"],
  pen: ["M4.5 19.5 5.5 15 16 4.5l3.5 3.5L9 18.5Z"],
  bin: ["M5 7h14M10 7V4.5h4V7M7 7l.8 12.5h8.4L17 7"],
  person: ["M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z", "M4.5 20c.6-3.8 3.5-5.8 7.5-5.8s6.9 2 7.5 5.8"],
  reply: ["m9 6-5.5 5L9 16", "M3.8 11H14a6 6 0 0 1 6 6v1.5"],
  summary: ["M6 4.5h12v15H6Z", "M9 8.5h6M9 12h6M9 15.5h3.5"],
  help: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z", "M9.6 9.4a2.5 2.5 0 1 1 3.5 2.3c-.8.4-1.1.9-1.1 1.8", "M12 16.6v.1"],
  more: ["M6 12h.1M12 12h.1M18 12h.1"],
  before: ["m14 7-5 5 5 5"],
  after: ["m10 7 5 5-5 5"],
  bookmark: ["M7 4.5h10V20l-5-4-5 4Z"],
  branch: ["M7 4v16", "M7 14c7 0 10-1.5 10-6", "m13.5 10.5 3.5-3.5 3.5 3.5"],
  share: ["M12 14.5V4M8 7.5 12 3.5l4 4", "M6.5 11H5.5v9h13v-9h-1"],
  link: ["M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1", "M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1"],
  pause: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z", "M10 9v6M14 9v6"],
  play: ["M8 5.5v13l10.5-6.5Z"],
  tune: ["M4 7h9M17 7h3M4 17h3M11 17h9", "M15 9a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM9 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z"],
  bulb: ["M9.5 17.5h5M10.5 20.5h3", "M9.5 17.5c0-2-2.8-3.6-2.8-7a5.3 5.3 0 0 1 10.6 0c0 3.4-2.8 5-2.8 7"],
  memory: ["M12 5.5A2.5 2.5 0 0 0 7 6.2a3 3 0 0 0-2 4.3 3 3 0 0 0 .8 4.8A3 3 0 0 0 9 19.5a2.5 2.5 0 0 0 3-2.3Z", "M12 5.5a2.5 2.5 0 0 1 5 .7 3 3 0 0 1 2 4.3 3 3 0 0 1-.8 4.8 3 3 0 0 1-3.2 4.2 2.5 2.5 0 0 1-3-2.3"],
  bubble: ["M5.5 5h13A1.5 1.5 0 0 1 20 6.5v8a1.5 1.5 0 0 1-1.5 1.5H11l-4.5 4v-4h-1A1.5 1.5 0 0 1 4 14.5v-8A1.5 1.5 0 0 1 5.5 5Z"],
  people: ["M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Z", "M2.5 19.5c.4-3.3 3-5 6.5-5s6.1 1.7 6.5 5", "M16 4.8a3.5 3.5 0 0 1 0 6.5M18 14.8c2 .7 3.2 2.3 3.5 4.7"],
};

/** A line icon; decorative, so hidden from screen readers. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  setAttributes(svg, { viewBox: "0 0 24 24", class: `icon icon-${name}`, "aria-hidden": "true", focusable: "false" });
  for (const d of PATHS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

/** Parley's mark: two speech bubbles, one answering the other. */
export function mark() {
  const svg = document.createElementNS(SVG, "svg");
  setAttributes(svg, { viewBox: "0 0 48 48", class: "mark", "aria-hidden": "true", focusable: "false" });
  const shapes = [
    ["mark-back", "M19 5h14c6.1 0 11 4.6 11 10.3 0 3.5-1.8 6.5-4.6 8.4l.9 5.3c.1.8-.7 1.4-1.4 1l-5.6-3.3H19c-6.1 0-11-4.6-11-10.7S12.9 5 19 5Z"],
    ["mark-front", "M15 17h12c5.5 0 10 4.2 10 9.5S32.5 36 27 36H16.8l-6.6 5.4c-.6.5-1.5 0-1.4-.8l.8-6.3C6.8 32.6 5 29.8 5 26.5 5 21.2 9.5 17 15 17Z"],
  ];
  for (const [name, d] of shapes) {
    const path = document.createElementNS(SVG, "path");
    setAttributes(path, { d, class: name });
    svg.append(path);
  }
  return svg;
}
