// Shows the room at once, then lets Gradio's page, of which it is a part, come after it.
import { firstWords, stringsOf } from "../live/interface.js";
import { mountRoom } from "../live/room.js";
import { load } from "../live/storage.js";
import { direction, match } from "../live/words.js";

const PREFERENCES = "parley";
const data = JSON.parse(document.getElementById("parley-data").textContent);
const place = document.getElementById("parley");
const preferences = load(PREFERENCES) ?? {};
const themes = window.parleyTheme;
const wanted = navigator.languages?.length ? navigator.languages : [navigator.language];
let title = document.title;
let spoken;
let pressed = false;
let onRelease;

function speak(code) {
  spoken = code;
  const page = document.documentElement;
  if (page.lang !== code) page.lang = code;
  if (page.dir !== direction(code)) page.dir = direction(code);
}

/** The keyboard of an iPhone covers the page instead of shrinking it: follow what is visible. */
function fitVisible() {
  const { height, offsetTop, scale } = window.visualViewport;
  if (scale > 1.01) return; // the reader has zoomed in
  const covered = window.innerHeight - height > 60;
  place.style.height = covered ? `${height}px` : "";
  place.style.transform = covered && offsetTop ? `translateY(${offsetTop}px)` : "";
}

/**
 * Gradio's component has its place ready: become a part of it. A browser that cannot move an
 * element without losing focus and scroll leaves the room where it is, over Gradio's page.
 */
function adopt(element) {
  if (typeof element.moveBefore !== "function") {
    document.querySelector("gradio-app").inert = true;
    return;
  }
  if (pressed) {
    onRelease = () => adopt(element); // what moves while it is pressed never hears of the click
    return;
  }
  place.removeAttribute("role"); // Gradio's page has a main landmark around it
  element.moveBefore(place, null);
}

function press() {
  pressed = true;
}

function release() {
  pressed = false;
  onRelease?.();
  onRelease = null;
}

function startGradio({ config, script, style }) {
  const root = new URL("../gradio", location.href);
  window.__gradio_mode__ = "app";
  window.gradio_config = { ...config, root: root.href };
  window.gradio_api_info = { named_endpoints: {}, unnamed_endpoints: {} };
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: `${root.href}/${style}` });
  const module = Object.assign(document.createElement("script"), { type: "module", src: `${root.href}/${script}` });
  document.head.append(link, module);
}

const [language, strings] = await firstWords(data, preferences.page);
speak(language);
// Gradio sets the browser's language on the page; ours is the one it is written in.
new MutationObserver(() => speak(spoken)).observe(document.documentElement, { attributeFilter: ["lang", "dir"] });
window.parley = {
  adopt,
  view: mountRoom(place.attachShadow({ mode: "open" }), {
    socketUrl: `../ws/rooms/${encodeURIComponent(data.token)}`,
    transcribeUrl: `../voice/${encodeURIComponent(data.token)}`,
    storageKey: `parley:${data.token}`,
    preferencesKey: PREFERENCES,
    language,
    strings,
    languages: data.languages,
    interfaces: data.interfaces,
    loadStrings: stringsOf(data),
    reading: preferences.language ?? match(wanted, data.languages.map((one) => one.code)) ?? language,
    room: data.room,
    missing: data.missing,
    theme: themes.shown,
    themes,
    onLanguage: speak,
    onRoom: (room) => (document.title = title = room.name),
    onUnread: (count) => (document.title = count ? `(${count}) ${title}` : title),
  }),
};
window.addEventListener("pointerdown", press, true);
window.addEventListener("pointerup", () => setTimeout(release), true);
window.addEventListener("pointercancel", release, true);
themes.watch(() => window.parley.view.setTheme(themes.shown));
window.visualViewport?.addEventListener("resize", fitVisible);
window.visualViewport?.addEventListener("scroll", fitVisible);
if (data.gradio) startGradio(data.gradio);
