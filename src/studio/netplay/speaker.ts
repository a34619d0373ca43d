import { Ring } from "./ring.ts";

/** Sample frames that a browser without worklets asks for at a time. */
const BLOCK = 1024;

/** Plays a machine's sound, once the browser lets the page: after somebody pressed something. */
export class Speaker {
  /** Sample frames that were played until now. */
  heard = 0;
  #context: AudioContext | undefined;
  #node: AudioNode | undefined;
  #rate = 0;
  #put: (samples: Int16Array) => void = () => {};
  #muted = false;

  get muted(): boolean {
    return this.#muted;
  }

  set muted(muted: boolean) {
    this.#muted = muted;
    if (muted) void this.#context?.suspend();
    else void this.#context?.resume();
  }

  /** Something can be heard now. */
  get on(): boolean {
    return this.#context?.state === "running" && !this.#muted;
  }

  /** Asks to be let; call it whenever something is pressed. */
  wake(): void {
    this.#context ??= new AudioContext({ latencyHint: "interactive" });
    if (!this.#muted && this.#context.state === "suspended") void this.#context.resume();
  }

  /** Interleaved stereo of so many sample frames a second. */
  play(samples: Int16Array, rate: number): void {
    if (!this.on || samples.length === 0) return;
    this.heard += samples.length / 2;
    if (rate !== this.#rate) {
      this.#rate = rate;
      void this.#connect(this.#context!, rate);
    }
    this.#put(samples);
  }

  async #connect(context: AudioContext, rate: number): Promise<void> {
    this.#node?.disconnect();
    this.#put = () => {};
    const { audioWorklet } = context as { audioWorklet?: AudioWorklet };
    if (audioWorklet) {
      await audioWorklet.addModule("speaker-worklet.js");
      const options = { numberOfInputs: 0, outputChannelCount: [2], processorOptions: { rate } };
      const node = new AudioWorkletNode(context, "speaker", options);
      this.#put = (samples) => {
        const copy = samples.slice();
        node.port.postMessage(copy, [copy.buffer]);
      };
      this.#node = node;
    } else {
      // A page without https, such as one from a computer of the same network, has no worklets.
      const ring = new Ring(rate, context.sampleRate);
      const node = context.createScriptProcessor(BLOCK, 0, 2);
      node.addEventListener("audioprocess", ({ outputBuffer }) =>
        ring.take(outputBuffer.getChannelData(0), outputBuffer.getChannelData(1)),
      );
      this.#put = (samples) => ring.put(samples);
      this.#node = node;
    }
    this.#node.connect(context.destination);
  }
}
