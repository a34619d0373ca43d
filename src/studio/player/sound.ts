import type { FrameSource } from "./source.ts";

/** Whether something is heard: "blocked" until somebody presses something, "none" where this page has no sound at all. */
export type SoundState = "on" | "muted" | "blocked" | "none";

/** A player's sound: samples go from its worker to the loudspeaker, past the page. */
export class Sound {
  onChange: () => void = () => {};
  readonly #worklet: URL;
  #context: AudioContext | undefined;
  #gain: GainNode | undefined;
  #speaker: AudioWorkletNode | undefined;
  #source: FrameSource | undefined;
  #starting = false;
  #none = false;
  #muted = false;
  #volume = 1;

  constructor(worklet: URL) {
    this.#worklet = worklet;
  }

  get state(): SoundState {
    if (this.#none) return "none";
    if (this.#muted || this.#volume === 0) return "muted";
    return this.#context?.state === "running" ? "on" : "blocked";
  }

  get muted(): boolean {
    return this.#muted;
  }

  set muted(muted: boolean) {
    this.#muted = muted;
    this.#set();
    if (!muted) this.wake();
  }

  /** 0 to 1. */
  get volume(): number {
    return this.#volume;
  }

  set volume(volume: number) {
    this.#volume = Math.max(0, Math.min(1, volume));
    this.#set();
  }

  /** That is heard from now on. */
  hear(source: FrameSource | undefined): void {
    this.#source = source;
    this.#connect();
  }

  /** Asks the browser to let it be heard; call it whenever something is pressed. */
  wake(): void {
    if (this.#muted || this.#none || navigator.userActivation?.hasBeenActive === false) return;
    if (this.#context) void this.#context.resume().catch(() => {});
    else if (!this.#starting) void this.#start();
  }

  close(): void {
    void this.#context?.close().catch(() => {});
    this.#context = this.#gain = this.#speaker = this.#source = undefined;
  }

  async #start(): Promise<void> {
    this.#starting = true;
    try {
      const context = new AudioContext({ latencyHint: "interactive" });
      // A page without https has no worklets.
      await context.audioWorklet.addModule(this.#worklet);
      this.#context = context;
      this.#gain = context.createGain();
      this.#gain.connect(context.destination);
      this.#speaker = new AudioWorkletNode(context, "instep-speaker", { numberOfInputs: 0, outputChannelCount: [2] });
      this.#speaker.connect(this.#gain);
      context.addEventListener("statechange", () => this.onChange());
      this.#connect();
      this.#set();
      void context.resume().catch(() => {});
    } catch {
      this.#none = true;
    }
    this.#starting = false;
    this.onChange();
  }

  #connect(): void {
    if (!this.#speaker || !this.#source) return;
    const { port1, port2 } = new MessageChannel();
    this.#speaker.port.postMessage(port1, [port1]);
    this.#source.tell({ do: "sound", port: port2 });
  }

  #set(): void {
    // Loudness grows about with the square of what a slider says.
    if (this.#gain) this.#gain.gain.value = this.#muted ? 0 : this.#volume ** 2;
    this.onChange();
  }
}
