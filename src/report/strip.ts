import { type Html, html } from "./html.ts";
import type { SeamPicture } from "./sync-report.ts";

/** The pictures on both sides of a seam, each with its frame, the cut between them. */
export function strip({ strip, frame }: SeamPicture): Html | undefined {
  if (!strip || strip.before.length + strip.after.length === 0) return undefined;
  const picture = (side: "before" | "after", png: Uint8Array, index: number): Html => {
    const shown = strip.frames[side === "before" ? index : strip.before.length + index];
    const run = side === "before" ? "the run that parted" : "the repaired run";
    return html`<figure>
<img src="${dataUri(png)}" alt="Frame ${shown ?? "?"} of ${run}" ${size(png)} decoding="async">
<figcaption>${shown ?? "?"}</figcaption>
</figure>`;
  };
  return html`<div class="strip" tabindex="0" role="group" aria-label="Pictures around the seam at frame ${frame}">
${strip.before.map((png, i) => picture("before", png, i))}
<div class="cut"><span>cut</span></div>
${strip.after.map((png, i) => picture("after", png, i))}
</div>`;
}

const dataUri = (png: Uint8Array): string => `data:image/png;base64,${Buffer.from(png).toString("base64")}`;

/** Width and height from a PNG's first chunk, so that the page does not move while pictures come. */
function size(png: Uint8Array): Html | undefined {
  if (png.length < 24) return undefined;
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  return html`width="${view.getUint32(16)}" height="${view.getUint32(20)}"`;
}
