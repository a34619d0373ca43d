import type { Keyframe } from "../history/history.ts";
import type { Profile } from "../watch/profile.ts";
import { firstDivergence, type Readings } from "../watch/readings.ts";
import { Instance } from "./instance.node.ts";
import type { RunSpec } from "./open-run.node.ts";

type From = Keyframe & { readonly sample: number | undefined };

const BATCH = 256;

/**
 * Gives the native run's state of any frame, best in rising order, without disturbing the native run itself. At first it goes
 * on from keyframes. A state that loads is not yet right (measured: DeSmuME's JIT runs on otherwise from one), so what
 * it got to must read as the native run did; when it does not, it plays from the boot on, and loads nothing ever again.
 */
export class Seeker {
  readonly #spec: RunSpec;
  readonly #profile: Profile;
  #instance: Instance | undefined;
  #fromBoot = false;

  constructor(spec: RunSpec, profile: Profile) {
    this.#spec = spec;
    this.#profile = profile;
  }

  /** `expected`: the native run's readings of that frame. */
  async stateAt(expected: Readings, keyframe: From | undefined): Promise<Uint8Array> {
    return (await this.#reach(expected, keyframe)).save();
  }

  /** The bytes of what the profile watches. */
  async valuesAt(expected: Readings, keyframe: From | undefined): Promise<Uint8Array> {
    return (await this.#reach(expected, keyframe)).values();
  }

  /** An instance that is at that frame. */
  async #reach(expected: Readings, keyframe: From | undefined): Promise<Instance> {
    const frame = expected.first;
    if (!this.#fromBoot && keyframe) {
      const seeker = await this.#open();
      if (keyframe.frame > seeker.frame || seeker.frame > frame)
        await seeker.load(keyframe.state, keyframe.frame, keyframe.sample);
      await this.#playTo(frame);
      if (!firstDivergence(this.#profile, expected, await seeker.read())) return seeker;
      await this.close();
    }
    this.#fromBoot = true;
    if (this.#instance && this.#instance.frame > frame) await this.close();
    await this.#playTo(frame);
    return this.#instance!;
  }

  async close(): Promise<void> {
    await this.#instance?.close();
    this.#instance = undefined;
  }

  async #open(): Promise<Instance> {
    this.#instance ??= await Instance.open("native", this.#spec);
    return this.#instance;
  }

  async #playTo(frame: number): Promise<void> {
    const seeker = await this.#open();
    while (seeker.frame < frame) await seeker.play(Math.min(BATCH, frame - seeker.frame));
  }
}
