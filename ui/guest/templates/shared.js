// Shows a shared conversation in the reader's language.
import { firstWords, stringsOf } from "../live/interface.js";
import { mountShared } from "../live/shared/shared.js";
import { load } from "../live/storage.js";
import { direction } from "../live/words.js";

const PREFERENCES = "parley";
const data = JSON.parse(document.getElementById("parley-data").textContent);
const themes = window.parleyTheme;
const [language, strings] = await firstWords(data, load(PREFERENCES)?.page);

function speak(code) {
  Object.assign(document.documentElement, { lang: code, dir: direction(code) });
}

function entitle(title, words) {
  document.title = title ?? words["shared.title"];
}

speak(language);
entitle(data.title, strings);
const view = mountShared(document.getElementById("parley").attachShadow({ mode: "open" }), {
  token: data.token,
  state: data.state,
  language,
  strings,
  languages: data.languages,
  interfaces: data.interfaces,
  loadStrings: stringsOf(data),
  preferencesKey: PREFERENCES,
  theme: themes.shown,
  themes,
  onLanguage: speak,
  onTitle: (title) => entitle(title, strings),
});
themes.watch(() => view.setTheme(themes.shown));
