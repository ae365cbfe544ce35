// The people in a room: their colours and initials, the row in the header, the list.

import { el } from "./dom.js";
import { icon } from "./icons.js";

const COLOURS = 10; // hues defined in room.css as --hue-0 ... --hue-9
const SHOWN = 3; // faces in the header

/** A number that is the same for a person everywhere, for the colour. */
export function colourOf(id) {
  let hash = 7;
  for (const letter of String(id)) hash = (hash * 31 + letter.codePointAt(0)) >>> 0;
  return hash % COLOURS;
}

/** The first letter of a name as a person sees it, emoji and combined letters included. */
export function initialOf(name) {
  const text = name.trim();
  if (!text) return "?";
  const first = globalThis.Intl?.Segmenter
    ? new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text)[Symbol.iterator]().next().value.segment
    : [...text][0];
  return first.toLocaleUpperCase();
}

/** A round face with an initial; decorative, the name stands beside it. */
export function avatar(id, name) {
  return el("span", { class: `avatar hue-${colourOf(id)}`, "aria-hidden": "true" }, initialOf(name));
}

export function nameOf(person, words) {
  return person.name || words.say(person.host ? "people.host" : "people.guest");
}

/** The button in the header: a few faces and how many are here. */
export class Faces {
  constructor(words, onOpen) {
    this.element = el("button", { type: "button", class: "faces", on: { click: onOpen } });
    this.show([], words);
  }

  show(people, words) {
    const here = people.filter((person) => person.online);
    const label = `${words.say("people.title")}: ${words.number(here.length)}`;
    this.element.setAttribute("aria-label", label);
    const faces = here.slice(0, SHOWN).map((person) => avatar(person.id, nameOf(person, words)));
    const count = el("span", { class: "faces-count" }, words.number(here.length));
    this.element.replaceChildren(...(faces.length ? faces : [icon("people")]), count);
  }
}

/** The list, who is here first. `me` is the id of the reader. */
export function peopleList(people, me, words) {
  const order = (person) => (person.online ? 0 : 2) + (person.id === me ? 0 : 1);
  const sorted = [...people].sort((one, other) => order(one) - order(other));
  return el("ul", { class: "people" }, ...sorted.map((person) => row(person, me, words)));
}

function row(person, me, words) {
  const name = nameOf(person, words);
  const tags = [
    person.id === me && words.say("people.you"),
    person.host && person.name && words.say("people.host"),
  ].filter(Boolean);
  const state = words.say(person.online ? "people.online" : "people.away");
  return el(
    "li",
    { class: `person ${person.online ? "online" : "away"}` },
    avatar(person.id, name),
    el(
      "span",
      { class: "person-text" },
      el("span", { class: "person-name" }, el("bdi", {}, name), ...tags.map((tag) => el("span", { class: "tag" }, tag))),
      el("span", { class: "person-language" }, words.languageName(person.language)),
    ),
    el("span", { class: "person-state" }, el("span", { class: "dot", "aria-hidden": "true" }), state),
  );
}
