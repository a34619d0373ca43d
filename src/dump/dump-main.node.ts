import { serve } from "../machine/instance/child.ts";
import type { Ratio } from "../machine/machine.ts";
import type { VideoOptions } from "./codecs.ts";
import { Dumper, type DumpSpec, type SegmentDone } from "./dumper.ts";
import { type MuxOptions, mux } from "./mux.ts";

let dumper: Dumper;

const verbs = {
  async open(spec: DumpSpec): Promise<VideoOptions & { sampleRate: Ratio }> {
    dumper = await Dumper.open(spec, progress);
    return { ...dumper.video, sampleRate: dumper.sampleRate };
  },
  segment: (): Promise<SegmentDone | undefined> => dumper.segment(),
  mux: (out: string, options: MuxOptions) => mux(out, options),
};
export type DumpVerbs = typeof verbs;

const progress = serve(verbs);
