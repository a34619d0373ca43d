import { Ring } from "./ring.ts";

// What an AudioWorklet has, of which TypeScript's own declarations know nothing.
declare const sampleRate: number;
declare function registerProcessor(name: string, processor: typeof AudioWorkletProcessor): void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
  constructor(options: { processorOptions: { rate: number } });
}

registerProcessor(
  "speaker",
  class extends AudioWorkletProcessor {
    readonly #ring: Ring;

    constructor(options: { processorOptions: { rate: number } }) {
      super(options);
      this.#ring = new Ring(options.processorOptions.rate, sampleRate);
      this.port.onmessage = ({ data }: MessageEvent<Int16Array>) => this.#ring.put(data);
    }

    process(_inputs: unknown, [[left, right]]: [[Float32Array, Float32Array]]): boolean {
      this.#ring.take(left, right);
      return true;
    }
  },
);
