// Speech recorded here and written down by the server.

const BITS = 32000; // a second; plenty for speech, and five minutes stay near a megabyte
const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
const PATIENCE = 120000; // ms the server may take
const FADES = 0.9; // of its height, that the meter keeps from one frame to the next
const ENDINGS = { webm: "webm", mp4: "m4a", ogg: "ogg", wav: "wav" };
const PROBLEMS = { NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "no_microphone", OverconstrainedError: "no_microphone" };

/** Whether this browser gives its microphone to pages like this one: not over plain http. */
export function canRecord() {
  return Boolean(window.isSecureContext && navigator.mediaDevices?.getUserMedia && window.MediaRecorder);
}

export class Recorder {
  /**
   * `transcribe(file, name, signal)` gives the text. Tells `hear`: `listening()`, `level(0..1)`,
   * `writing()`, `text(text)`, and `failed(code, again)`, where `again` says that what was
   * recorded is kept: `finish()` tries once more.
   */
  constructor(transcribe, hear) {
    Object.assign(this, { transcribe, hear, over: new AbortController() });
  }

  async start() {
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch (error) {
      return this.#tell("failed", PROBLEMS[error.name] ?? "microphone", false);
    }
    if (this.over.signal.aborted) return this.#letGo();
    const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
    this.recorder = new MediaRecorder(this.stream, { mimeType, audioBitsPerSecond: BITS });
    const parts = [];
    this.recorder.ondataavailable = ({ data }) => parts.push(data);
    this.recorder.onstop = () => this.#recorded(new Blob(parts, { type: this.recorder.mimeType }));
    this.recorder.start();
    this.#measure();
    return this.#tell("listening");
  }

  /** Enough said (or: try again to write down what was). */
  finish() {
    if (this.recorder?.state === "recording") this.recorder.stop();
    else if (this.recording) this.#write();
  }

  cancel() {
    this.over.abort();
    this.#letGo();
  }

  #recorded(recording) {
    this.#letGo();
    this.recording = recording;
    if (!this.over.signal.aborted) this.#write();
  }

  async #write() {
    this.#tell("writing");
    const kind = this.recording.type.split(";")[0].split("/")[1];
    const late = AbortSignal.timeout?.(PATIENCE);
    const signal = late && AbortSignal.any ? AbortSignal.any([this.over.signal, late]) : this.over.signal;
    try {
      this.#tell("text", await this.transcribe(this.recording, ["voice", ENDINGS[kind] ?? "webm"].join("."), signal));
    } catch (error) {
      this.#tell("failed", error.code ?? "other", true);
    }
  }

  #tell(what, ...values) {
    if (!this.over.signal.aborted) this.hear[what]?.(...values);
  }

  #measure() {
    this.context = new AudioContext();
    const analyser = this.context.createAnalyser();
    this.context.createMediaStreamSource(this.stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    let level = 0;
    const look = () => {
      if (this.recorder.state !== "recording") return;
      analyser.getFloatTimeDomainData(samples);
      const loud = Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length);
      level = Math.max(Math.min(1, loud * 6), level * FADES);
      this.#tell("level", level);
      requestAnimationFrame(look);
    };
    look();
  }

  #letGo() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.context?.close();
    this.stream = this.context = null;
  }
}

/** Have a recording written down at `url`, in no `language` where it is not known; throws an error with the server's `code`. */
export async function transcribe(url, { headers, file, name, language, signal }) {
  const form = new FormData();
  form.append("file", file, name);
  if (language) form.append("language", language);
  const answer = await fetch(url, { method: "POST", headers, body: form, signal });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok || typeof said.text !== "string") throw Object.assign(new Error("not written down"), { code: said.code });
  return said.text;
}
