// What headless Chromium has not got: voices that speak and a recogniser that listens. They keep
// to the order of events of the real ones; the test says when something has been spoken or heard.
// `window.fakeSpeech` = {voices, recognition} beforehand says what this browser has.
{
  const wanted = window.fakeSpeech ?? {};
  const fake = { spoken: [], queue: [], active: null, refuse: null, recognitions: [] };
  window.fakeSpeech = fake;

  class Utterance extends EventTarget {
    constructor(text) {
      super();
      Object.assign(this, { text, voice: null, lang: "", onstart: null, onend: null, onerror: null });
    }
    tell(type, more = {}) {
      this[`on${type}`]?.({ type, utterance: this, ...more });
    }
  }
  class Synthesis extends EventTarget {
    voices = wanted.voices ?? [];
    getVoices() {
      return this.voices;
    }
    speak(utterance) {
      if (fake.refuse) return queueMicrotask(() => utterance.tell("error", { error: fake.refuse }));
      fake.queue.push(utterance);
      return this.next();
    }
    next() {
      if (fake.active || !fake.queue.length) return;
      fake.active = fake.queue.shift();
      const { text, voice, lang } = fake.active;
      fake.spoken.push({ text, voice: voice?.name, lang });
      fake.active.tell("start");
    }
    cancel() {
      const gone = [fake.active, ...fake.queue].filter(Boolean);
      Object.assign(fake, { active: null, queue: [] });
      gone.forEach((one) => queueMicrotask(() => one.tell("error", { error: "canceled" })));
    }
    resume() {}
  }
  const synthesis = new Synthesis();
  fake.finish = () => {
    const ended = fake.active;
    fake.active = null;
    ended.tell("end");
    synthesis.next();
  };
  fake.bring = (voices) => {
    synthesis.voices = voices;
    synthesis.dispatchEvent(new Event("voiceschanged"));
  };
  const define = (name, value) => Object.defineProperty(window, name, { value, configurable: true, writable: true });
  define("speechSynthesis", wanted.voices ? synthesis : undefined);
  define("SpeechSynthesisUtterance", wanted.voices ? Utterance : undefined);

  class Recognition {
    constructor() {
      Object.assign(this, { lang: "", results: [], running: false });
      fake.recognitions.push(this);
    }
    start() {
      this.running = true;
      queueMicrotask(() => this.onstart?.({}));
    }
    stop() {
      this.end();
    }
    abort() {
      this.running = false;
    }
    hear(...texts) {
      this.onresult({ results: texts.map((transcript) => [{ transcript }]) });
    }
    fail(error) {
      this.onerror?.({ error });
      this.end();
    }
    end() {
      if (!this.running) return;
      this.running = false;
      queueMicrotask(() => this.onend?.({}));
    }
  }
  define("SpeechRecognition", undefined);
  define("webkitSpeechRecognition", wanted.recognition ? Recognition : undefined);
}
