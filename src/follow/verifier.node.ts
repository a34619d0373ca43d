import { Child } from "../machine/instance/child.ts";
import type { Verdict, VerifySpec, VerifyVerbs } from "./verify-main.node.ts";

/** Longest silence, in ms, of a process that verifies: a second is played. */
const HANG_AFTER = 30_000;
/** Processes that keyframes may end before no more are verified. */
const CRASHES = 3;

/** Verifies a growing recording's keyframes on the side, each in a machine that was just opened, in another process. */
export class Verifier {
  readonly #spec: VerifySpec;
  readonly #onVerdict: (verdict: Verdict) => Promise<void>;
  #child: Child<VerifyVerbs> | undefined;
  #opened: Promise<void> | undefined;
  /** The keyframe that is being tried. */
  #trying: number | undefined;
  #crashes = 0;
  #busy: Promise<void> | undefined;
  #closed = false;

  /** `onVerdict` resolves when the verdict is in the file. */
  constructor(spec: VerifySpec, onVerdict: (verdict: Verdict) => Promise<void>) {
    this.#spec = spec;
    this.#onVerdict = onVerdict;
  }

  /** The file has grown. */
  grown(): void {
    // Where a verdict cannot be written down, the recording itself says why.
    this.#busy ??= this.#work()
      .catch(() => {})
      .finally(() => (this.#busy = undefined));
  }

  /** Ends it; what is not verified by now never is. No verdict comes afterwards. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#child?.kill();
    await this.#busy;
  }

  async #work(): Promise<void> {
    while (!this.#closed && this.#crashes < CRASHES) {
      const verdict = await this.#next();
      if (!verdict || this.#closed) return;
      await this.#onVerdict(verdict);
    }
  }

  /** A keyframe at which the process ends is none that anybody should load. */
  async #next(): Promise<Verdict | undefined> {
    this.#trying = undefined;
    try {
      const child = this.#child ?? this.#start();
      await this.#opened;
      return await child.call("next");
    } catch {
      await this.#child?.kill();
      this.#child = undefined;
      this.#crashes++;
      return this.#trying === undefined || this.#closed ? undefined : { frame: this.#trying, ok: false };
    }
  }

  #start(): Child<VerifyVerbs> {
    this.#child = new Child<VerifyVerbs>(new URL("./verify-main.node.ts", import.meta.url), "the verifier", {
      hangAfter: HANG_AFTER,
      onProgress: (frame) => (this.#trying = frame as number),
    });
    this.#opened = this.#child.call("open", this.#spec);
    return this.#child;
  }
}
