import type { SlpScene, SlpSide } from "./slp-scene.ts";
import type { Box } from "./slp-stage.ts";

// These functions also run on the page of a report: they use nothing from outside but each other.

/** Where to draw: a context whose units are CSS pixels, its size in them, and colours by their names: ink, soft, line, bad. */
export interface SlpCanvas {
  readonly c: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;
  readonly w: number;
  readonly h: number;
  readonly colour: (name: string) => string;
}

export function slpPort(port: number): string {
  return ["#cf3f3f", "#2f6fd0", "#b98700", "#23915a", "#8457cc", "#767b85"][(port - 1) % 6]!;
}

/** What is shown at a row, as left, right, top, bottom: the stage, and where everybody is just before and after. */
export function slpCamera({ stage, tracks, columns, rows }: SlpScene, sides: readonly SlpSide[], row: number): Box {
  let [left, right, top, bottom] = stage.home;
  const [l, r, t, b] = stage.view;
  for (const side of sides) {
    for (let track = 0; track < tracks.length; track++) {
      for (let at = Math.max(0, row - 16); at <= Math.min(rows - 1, row + 16); at += 4) {
        const x = side.tracks[track * columns * rows + at]!;
        const y = side.tracks[(track * columns + 1) * rows + at]!;
        if (!(x >= l && x <= r && y >= b && y <= t)) continue;
        left = Math.min(left, x - 12);
        right = Math.max(right, x + 12);
        top = Math.max(top, y + 24);
        bottom = Math.min(bottom, y - 12);
      }
    }
  }
  return [left, right, top, bottom];
}

/** Everything at one row. */
export function slpStage(
  { c, w, h, colour: named }: SlpCanvas,
  data: SlpScene,
  sides: readonly SlpSide[],
  row: number,
): void {
  const { stage, rows } = data;
  const [left, right, top, bottom] = slpCamera(data, sides, row);
  const scale = Math.min(w / (right - left), h / (top - bottom));
  const x = (value: number): number => w / 2 + (value - (left + right) / 2) * scale;
  const y = (value: number): number => h / 2 - (value - (top + bottom) / 2) * scale;
  const size = Math.max(5, 6.5 * scale);

  c.lineWidth = 1;
  c.strokeStyle = named("line");
  if (stage.blast) {
    const [l, r, t, b] = stage.blast;
    c.setLineDash([4, 4]);
    c.strokeRect(x(l) + 0.5, y(t) + 0.5, (r - l) * scale - 1, (t - b) * scale - 1);
    c.setLineDash([]);
  }
  c.strokeStyle = named("soft");
  c.fillStyle = named("soft");
  c.lineWidth = 2;
  const lines = [...stage.lines];
  for (const [i, [from, to]] of stage.moving.entries()) {
    const height = sides[0]!.platforms[i * rows + row]!;
    if (!Number.isNaN(height)) lines.push([from, height, to, height]);
  }
  for (const line of lines) {
    c.beginPath();
    for (let i = 0; i < line.length; i += 2) c.lineTo(x(line[i]!), y(line[i + 1]!));
    c.stroke();
  }
  for (let i = 0; i < stage.stood.length; i += 2) c.fillRect(x(stage.stood[i]!) - 1, y(stage.stood[i + 1]!), 2, 1.5);

  for (const [s, side] of sides.entries()) {
    const ghost = s > 0;
    for (let i = side.itemStarts[row]!; i < side.itemStarts[row + 1]!; i++) {
      const [ix, iy] = [x(side.items[i]!), y(side.items[side.itemRows + i]!)];
      c.beginPath();
      c.rect(ix - 2.5, iy - 2.5, 5, 5);
      c.strokeStyle = named(ghost ? "bad" : "ink");
      c.lineWidth = 1;
      if (!ghost || side.items[i] !== sides[0]!.items[i]) c.stroke();
    }
    for (const [t, { port, follower }] of data.tracks.entries()) {
      const value = (column: number, at = row): number => side.tracks[(t * data.columns + column) * rows + at]!;
      const [px, py] = [value(0), value(1)];
      if (Number.isNaN(px)) continue;
      const other = sides[0]!.tracks;
      if (ghost && px === other[t * data.columns * rows + row] && py === other[(t * data.columns + 1) * rows + row])
        continue;
      const radius = follower ? size * 0.75 : size;
      const [cx, cy] = [x(px), y(py) - radius];
      const colour = slpPort(port);
      c.strokeStyle = ghost ? named("bad") : colour;
      c.fillStyle = colour;
      c.globalAlpha = 0.45;
      c.lineWidth = 1.5;
      c.beginPath();
      for (let at = Math.max(0, row - 24); at <= row; at++)
        if (!Number.isNaN(value(0, at))) c.lineTo(x(value(0, at)), y(value(1, at)) - radius);
      c.stroke();
      c.globalAlpha = 1;
      c.beginPath();
      c.arc(cx, cy, radius, 0, 7);
      if (ghost) {
        c.setLineDash([3, 2]);
        c.stroke();
        c.setLineDash([]);
      } else c.fill();
      const facing = value(4);
      c.beginPath();
      c.moveTo(cx + facing * radius * 1.5, cy);
      c.lineTo(cx + facing * radius * 0.9, cy - radius * 0.45);
      c.lineTo(cx + facing * radius * 0.9, cy + radius * 0.45);
      c.closePath();
      if (ghost) c.stroke();
      else c.fill();
      if (ghost) continue;
      c.fillStyle = "#fff";
      c.font = `600 ${Math.max(9, radius)}px system-ui, sans-serif`;
      c.textAlign = "center";
      c.textBaseline = "middle";
      c.fillText(String(port), cx, cy + 0.5);
      c.fillStyle = named("ink");
      c.font = "11px system-ui, sans-serif";
      c.fillText(`${Math.floor(value(2))}%`, cx, cy - radius - 8);
    }
  }
}

/** A pad: both sticks, the trigger, the buttons that are down. */
export function slpPad({ c, h, colour: named }: SlpCanvas, value: (column: number) => number): void {
  const [ink, line] = [named("ink"), named("line")];
  const radius = h / 2 - 4;
  const stick = (cx: number, sx: number, sy: number, colour: string): void => {
    c.strokeStyle = line;
    c.lineWidth = 1.5;
    c.beginPath();
    c.arc(cx, h / 2, radius, 0, 7);
    c.stroke();
    c.fillStyle = colour;
    c.beginPath();
    c.arc(cx + (sx || 0) * radius * 0.75, h / 2 - (sy || 0) * radius * 0.75, 5, 0, 7);
    c.fill();
  };
  stick(radius + 3, value(7), value(8), ink);
  stick(radius * 3 + 12, value(9), value(10), "#b98700");
  const from = radius * 4 + 24;
  c.fillStyle = line;
  c.fillRect(from, 6, 60, 5);
  c.fillStyle = ink;
  c.fillRect(from, 6, 60 * (value(11) || 0), 5);
  const names: [string, number][] = [
    ["A", 0x100],
    ["B", 0x200],
    ["X", 0x400],
    ["Y", 0x800],
    ["Z", 0x10],
    ["L", 0x40],
    ["R", 0x20],
    ["S", 0x1000],
  ];
  c.font = "600 11px system-ui, sans-serif";
  c.textAlign = "left";
  c.textBaseline = "alphabetic";
  for (const [i, [name, bit]] of names.entries()) {
    c.fillStyle = value(12) & bit ? ink : line;
    c.fillText(name, from + (i % 4) * 16, 26 + Math.floor(i / 4) * 14);
  }
}
