// Reading messages aloud: the links "Read aloud" that the page writes into its messages.

const LINKS = 'a[href^="#read-"]';
const UNREAD_FOR = 1800; // ms a link says that it could not read

class Reading {
  /** `ask(id)` gives the {text, language} of a message. */
  constructor(ask) {
    this.ask = ask;
    this.voices = () => document.documentElement.classList.toggle("reads-aloud", Boolean(window.speechSynthesis?.getVoices().length));
    window.speechSynthesis?.addEventListener?.("voiceschanged", this.voices);
    this.voices();
  }

  close() {
    window.speechSynthesis?.removeEventListener?.("voiceschanged", this.voices);
    this.aloud?.destroy();
  }

  /** Read the message of a link, or stop where it is being read. */
  async toggle(link) {
    const id = idOf(link);
    if (this.aloud?.reading?.id === id) return this.aloud.stop();
    try {
      const [{ text, language }] = await Promise.all([this.ask(id), this.#load()]);
      const said = { text: this.spoken(text), language: language ?? navigator.language };
      if (!said.text || !this.aloud.can(said.language)) throw new Error("no voice for it");
      return this.aloud.toggle({ id, said, settled: true });
    } catch {
      link.textContent = "Cannot be read";
      return setTimeout(() => this.label(), UNREAD_FOR);
    }
  }

  /** Have every link say what pressing it does; the page writes them anew at will. */
  label() {
    for (const link of document.querySelectorAll(LINKS)) {
      const label = this.aloud?.reading?.id === idOf(link) ? "Stop reading" : "Read aloud";
      if (link.textContent !== label) link.textContent = label;
    }
  }

  async #load() {
    if (this.aloud) return;
    const from = (name) => import(new URL(`/live/${name}`, window.location.href).href);
    const [{ Aloud }, { spoken }] = await Promise.all([from("aloud.js"), from("text.js")]);
    this.spoken = spoken;
    this.aloud ??= new Aloud({ following: false, onChange: () => this.label() });
  }
}

function idOf(link) {
  return Number(link.getAttribute("href").slice("#read-".length));
}
