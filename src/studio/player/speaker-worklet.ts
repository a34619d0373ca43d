import { Ring } from "../netplay/ring.ts";

// What an AudioWorklet has, of which TypeScript's own declarations know nothing.
declare const sampleRate: number;
declare function registerProcessor(name: string, processor: typeof AudioWorkletProcessor): void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

/** Plays what comes through the port that it is sent: a number is the rate of the samples after it. */
registerProcessor(
  "instep-speaker",
  class extends AudioWorkletProcessor {
    #ring: Ring | undefined;

    constructor() {
      super();
      this.port.onmessage = ({ data }: MessageEvent<MessagePort>) => {
        data.onmessage = ({ data: sound }: MessageEvent<number | Int16Array>) => {
          if (typeof sound === "number") this.#ring = new Ring(sound, sampleRate);
          else this.#ring?.put(sound);
        };
      };
    }

    process(_inputs: unknown, [[left, right]]: [[Float32Array, Float32Array]]): boolean {
      this.#ring?.take(left, right);
      return true;
    }
  },
);
