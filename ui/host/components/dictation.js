// Speaking into the chat input with the browser's own recognition: a draft, never sent by itself.

const SAID_FOR = 6000; // ms a sentence stays
const SENTENCES = {
  denied: "The microphone is not allowed here. You can go on typing.",
  no_microphone: "No microphone can be used here. You can go on typing.",
  no_speech: "Nothing was heard. Try again, or type.",
};
const OTHERWISE = "Speaking does not work here right now. You can go on typing.";
const ICON =
  '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 15a3.5 3.5 0 0 0 3.5-3.5v-5a3.5 3.5 0 1 0-7 0v5A3.5 3.5 0 0 0 12 15Z"/><path d="M5.5 11.5a6.5 6.5 0 0 0 13 0"/><path d="M12 18v3"/></svg>';
const speakers = new WeakMap();

export default function ({ parentElement }) {
  if (!speakers.has(parentElement)) speakers.set(parentElement, new Speaker(parentElement.querySelector(".dictation")));
  return () => {
    speakers.get(parentElement)?.close();
    speakers.delete(parentElement);
  };
}

class Speaker {
  constructor(root) {
    this.button = Object.assign(document.createElement("button"), { type: "button", className: "mic", title: "Speak instead of typing", innerHTML: ICON, hidden: true });
    this.button.setAttribute("aria-label", "Speak instead of typing");
    this.said = Object.assign(document.createElement("div"), { className: "said", role: "status", hidden: true });
    this.button.addEventListener("click", () => this.#press());
    this.escape = (event) => event.key === "Escape" && this.#stop();
    root.replaceChildren(this.said, this.button);
    if (window.SpeechRecognition ?? window.webkitSpeechRecognition) this.#load();
    this.#stop();
  }

  close() {
    this.#stop();
    document.documentElement.classList.remove("dictates");
  }

  async #load() {
    this.module = await import(new URL("/live/dictation.js", window.location.href).href);
    this.button.hidden = !this.module.canDictate();
    document.documentElement.classList.toggle("dictates", !this.button.hidden);
  }

  #press() {
    if (this.source) return this.source.finish();
    if (input()?.disabled) return undefined; // a reply is being written
    this.source = new this.module.Dictation(navigator.language, {
      listening: () => this.#say("Listening…"),
      interim: (text) => this.#say(text),
      writing: () => this.#say("Writing down what you said…"),
      text: (text) => (this.#stop(), put(text)),
      failed: (code) => this.#fail(SENTENCES[code] ?? OTHERWISE, code),
    });
    this.button.setAttribute("aria-pressed", "true");
    document.addEventListener("keydown", this.escape);
    return this.source.start();
  }

  #stop() {
    this.source?.cancel();
    this.source = null;
    this.button.setAttribute("aria-pressed", "false");
    document.removeEventListener("keydown", this.escape);
    this.#say("");
  }

  /** Said once; where speaking cannot work at all the button goes. */
  #fail(sentence, code) {
    this.#stop();
    this.#say(sentence);
    this.button.hidden = code !== "no_speech";
    this.silence = setTimeout(() => this.#say(""), SAID_FOR);
  }

  #say(text) {
    clearTimeout(this.silence);
    this.said.textContent = text;
    this.said.hidden = !text;
  }
}

function input() {
  return document.querySelector('[data-testid="stChatInputTextArea"]');
}

/** Into the input after what is there, in the way React hears of it. */
function put(text) {
  const area = input();
  if (!area) return;
  const { set } = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value");
  set.call(area, `${area.value.trimEnd()} ${text}`.trim());
  area.dispatchEvent(new Event("input", { bubbles: true }));
  area.focus();
}
