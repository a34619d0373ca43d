import { html, type TemplateResult } from "lit";
import type { SentMoment } from "../server/compares.node.ts";
import { View } from "./view.ts";

type Region = SentMoment["memory"][number];

/** A region of memory as a map: a cell glows where the two differ. */
class Heat extends View {
  static override properties = { ...View.properties, region: {} };
  declare region: Region;

  protected override render(): TemplateResult {
    const { name, differing } = this.region;
    return html`<canvas role="img" aria-label="${name}: ${differing} bytes differ"></canvas>`;
  }

  protected override updated(): void {
    const canvas = this.querySelector("canvas")!;
    const cells = Uint8Array.from(atob(this.region.cells), (letter) => letter.charCodeAt(0));
    const { columns } = this.region;
    canvas.width = columns;
    canvas.height = Math.ceil(cells.length / columns);
    const to = canvas.getContext("2d")!;
    const colour = getComputedStyle(canvas).getPropertyValue("--bad");
    to.fillStyle = colour;
    for (const [i, heat] of cells.entries()) {
      if (heat === 0) continue;
      to.globalAlpha = heat / 255;
      to.fillRect(i % columns, Math.floor(i / columns), 1, 1);
    }
  }
}
customElements.define("studio-heat", Heat);
