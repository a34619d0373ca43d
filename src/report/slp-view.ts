import type { SlpViewData } from "./slp-data.ts";
import type { Box } from "./slp-stage.ts";

// These functions run on the page: they use nothing from outside but each other.

interface Side {
  tracks: Float32Array;
  itemCounts: Float32Array;
  itemStarts: Uint32Array;
  items: Float32Array;
  itemRows: number;
  platforms: Float32Array;
}

/** Undoes `packed` of slp-data.ts. */
async function slpUnpack(base64: string): Promise<Float32Array> {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const planes = new Uint8Array(await new Response(stream).arrayBuffer());
  const count = planes.length / 4;
  const out = new Uint8Array(planes.length);
  for (let i = 0; i < count; i++) for (let b = 0; b < 4; b++) out[i * 4 + b] = planes[b * count + i]!;
  return new Float32Array(out.buffer);
}

async function slpSides(data: SlpViewData): Promise<Side[]> {
  const sides: Side[] = [];
  for (const side of data.sides) {
    const [tracks, itemCounts, items, platforms] = (await Promise.all(
      [side.tracks, side.itemCounts, side.items, side.platforms].map(slpUnpack),
    )) as [Float32Array, Float32Array, Float32Array, Float32Array];
    if (sides[0]) {
      const [bits, before] = [new Uint32Array(tracks.buffer), new Uint32Array(sides[0].tracks.buffer)];
      for (let i = 0; i < bits.length; i++) bits[i]! ^= before[i]!;
    }
    const itemStarts = new Uint32Array(data.rows + 1);
    for (let row = 0; row < data.rows; row++) itemStarts[row + 1] = itemStarts[row]! + itemCounts[row]!;
    sides.push({ tracks, itemCounts, itemStarts, items, itemRows: side.itemRows, platforms });
  }
  return sides;
}

/** The canvas in CSS pixels, cleared. */
function slpCanvas(canvas: HTMLCanvasElement): { c: CanvasRenderingContext2D; w: number; h: number } {
  const scale = devicePixelRatio || 1;
  const [w, h] = [canvas.clientWidth, canvas.clientHeight];
  if (canvas.width !== Math.round(w * scale) || canvas.height !== Math.round(h * scale)) {
    canvas.width = Math.round(w * scale);
    canvas.height = Math.round(h * scale);
  }
  const c = canvas.getContext("2d")!;
  c.setTransform(scale, 0, 0, scale, 0, 0);
  c.clearRect(0, 0, w, h);
  return { c, w, h };
}

function slpColour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function slpPort(port: number): string {
  return ["#cf3f3f", "#2f6fd0", "#b98700", "#23915a", "#8457cc", "#767b85"][(port - 1) % 6]!;
}

/** What is shown at a row, as left, right, top, bottom: the stage, and where everybody is just before and after. */
function slpCamera({ stage, tracks, columns, rows }: SlpViewData, sides: readonly Side[], row: number): Box {
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

/** Everything at one row: what is drawn and what is written. */
function slpStage(canvas: HTMLCanvasElement, data: SlpViewData, sides: readonly Side[], row: number): void {
  const { c, w, h } = slpCanvas(canvas);
  const { stage, rows } = data;
  const [left, right, top, bottom] = slpCamera(data, sides, row);
  const scale = Math.min(w / (right - left), h / (top - bottom));
  const x = (value: number): number => w / 2 + (value - (left + right) / 2) * scale;
  const y = (value: number): number => h / 2 - (value - (top + bottom) / 2) * scale;
  const size = Math.max(5, 6.5 * scale);

  c.lineWidth = 1;
  c.strokeStyle = slpColour("line");
  if (stage.blast) {
    const [l, r, t, b] = stage.blast;
    c.setLineDash([4, 4]);
    c.strokeRect(x(l) + 0.5, y(t) + 0.5, (r - l) * scale - 1, (t - b) * scale - 1);
    c.setLineDash([]);
  }
  c.strokeStyle = slpColour("soft");
  c.fillStyle = slpColour("soft");
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
      c.strokeStyle = slpColour(ghost ? "bad" : "ink");
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
      c.strokeStyle = ghost ? slpColour("bad") : colour;
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
      c.fillStyle = slpColour("ink");
      c.font = "11px system-ui, sans-serif";
      c.fillText(`${Math.floor(value(2))}%`, cx, cy - radius - 8);
    }
  }
}

/** A pad: both sticks, the trigger, the buttons that are down. */
function slpPad(canvas: HTMLCanvasElement, value: (column: number) => number): void {
  const { c, h } = slpCanvas(canvas);
  const [ink, soft, line] = [slpColour("ink"), slpColour("soft"), slpColour("line")];
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
  c.fillStyle = soft;
}

function slpSeekBar(canvas: HTMLCanvasElement, data: SlpViewData, row: number): void {
  const { c, w, h } = slpCanvas(canvas);
  const x = (frame: number): number => ((frame - data.first) / Math.max(1, data.rows - 1)) * w;
  c.fillStyle = slpColour("bad");
  let last = -2;
  for (const frame of data.differing) {
    const at = Math.round(x(frame));
    if (at !== last) c.fillRect(at - 0.75, h - 9, 1.5, 7);
    last = at;
  }
  if (data.differing.length > 0) {
    const at = x(data.differing[0]!);
    c.fillRect(at - 1, 0, 2, h);
    c.beginPath();
    c.moveTo(at - 5, 0);
    c.lineTo(at + 5, 0);
    c.lineTo(at, 8);
    c.fill();
  }
  for (const [frame, port] of data.losses) {
    c.fillStyle = slpPort(port);
    c.beginPath();
    c.arc(x(frame), h / 2, 3.5, 0, 7);
    c.fill();
  }
  c.fillStyle = slpColour("ink");
  c.fillRect(x(data.first + row) - 1, 0, 2, h);
}

async function slpView(): Promise<void> {
  const data: SlpViewData = JSON.parse(document.getElementById("data")!.textContent!);
  const stage = document.getElementById("stage") as HTMLCanvasElement | null;
  const seek = document.getElementById("seek") as HTMLCanvasElement | null;
  const where = document.getElementById("where");
  if (!stage || !seek || !where || data.rows === 0) return;
  const sides = await slpSides(data);
  const cards = [...document.querySelectorAll<HTMLElement>("[data-track]")];
  const speed = document.getElementById("speed") as HTMLSelectElement;
  const firstOff = data.differing[0];
  let row = firstOff === undefined ? Math.min(123, data.rows - 1) : firstOff - data.first;
  let playing = 0;
  let due = false;

  function draw(): void {
    due = false;
    slpStage(stage!, data, sides, row);
    slpSeekBar(seek!, data, row);
    for (const card of cards) {
      const [t, s] = [Number(card.dataset.track), Number(card.dataset.side)];
      const value = (column: number): number => sides[s]!.tracks[(t * data.columns + column) * data.rows + row]!;
      slpPad(card.querySelector("canvas")!, value);
      const gone = Number.isNaN(value(0));
      const same =
        s === 0 ||
        [0, 1, 2, 3, 6, 7, 8, 9, 10, 11, 12].every((column) =>
          Object.is(value(column), sides[0]!.tracks[(t * data.columns + column) * data.rows + row]!),
        );
      card.classList.toggle("differs", !same);
      const text = gone
        ? "not there"
        : `${value(3)} ${value(3) === 1 ? "stock" : "stocks"} · ${value(2).toFixed(1)}% · x ${value(0).toFixed(2)} · y ${value(1).toFixed(2)} · state ${value(6)}`;
      const output = card.querySelector("output")!;
      if (output.textContent !== text) output.textContent = text;
    }
    const frame = data.first + row;
    const seconds = Math.max(0, frame) / 60;
    const time = `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(2).padStart(5, "0")}`;
    const off = data.sides.length > 1 ? (data.differing.includes(frame) ? " · differs" : " · equal") : "";
    where!.textContent = `frame ${frame} · ${time}${off}`;
    seek!.setAttribute("aria-valuenow", String(frame));
    seek!.setAttribute("aria-valuetext", where!.textContent);
  }
  function show(to: number): void {
    row = Math.round(Math.min(data.rows - 1, Math.max(0, to)));
    if (due) return;
    due = true;
    requestAnimationFrame(draw);
  }
  function play(on: boolean): void {
    playing++;
    const button = document.querySelector<HTMLElement>('[data-do="play"]')!;
    button.textContent = on ? "Pause" : "Play";
    if (!on) return;
    const mine = playing;
    let [before, at] = [performance.now(), row >= data.rows - 1 ? 0 : row];
    const tick = (now: number): void => {
      if (mine !== playing) return;
      at += ((now - before) / 1000) * 60 * Number(speed.value);
      before = now;
      show(at);
      if (at >= data.rows - 1) play(false);
      else requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  }
  function jump(step: 1 | -1): void {
    const frame = data.first + row;
    const stops =
      data.differing.length > 0
        ? data.differing.filter((f, i) => data.differing[i - 1] !== f - 1)
        : data.losses.map(([f]) => f);
    const to = step > 0 ? stops.find((f) => f > frame) : stops.findLast((f) => f < frame);
    if (to !== undefined) show(to - data.first);
  }
  const DO: Record<string, () => void> = {
    play: () => play(document.querySelector('[data-do="play"]')!.textContent === "Play"),
    back: () => show(row - 1),
    on: () => show(row + 1),
    previous: () => jump(-1),
    next: () => jump(1),
  };
  for (const button of document.querySelectorAll<HTMLElement>("[data-do]"))
    button.onclick = () => {
      if (button.dataset.do !== "play") play(false);
      DO[button.dataset.do!]!();
    };
  for (const button of document.querySelectorAll<HTMLElement>("[data-frame]"))
    button.onclick = () => {
      play(false);
      show(Number(button.dataset.frame) - data.first);
      stage!.scrollIntoView({ block: "nearest" });
    };
  const KEYS: Record<string, (big: boolean) => void> = {
    ArrowLeft: (big) => show(row - (big ? 60 : 1)),
    ArrowRight: (big) => show(row + (big ? 60 : 1)),
    Home: () => show(0),
    End: () => show(data.rows),
    " ": () => DO.play!(),
    n: () => jump(1),
    p: () => jump(-1),
  };
  seek.onkeydown = (event) => {
    const key = KEYS[event.key];
    if (!key || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (event.key !== " ") play(false);
    key(event.shiftKey);
  };
  const seekTo = (event: PointerEvent): void =>
    show(((event.clientX - seek.getBoundingClientRect().left) / seek.clientWidth) * (data.rows - 1));
  seek.onpointerdown = (event) => {
    seek.setPointerCapture(event.pointerId);
    play(false);
    seekTo(event);
  };
  seek.onpointermove = (event) => {
    if (event.buttons) seekTo(event);
  };
  new ResizeObserver(() => show(row)).observe(stage);
  matchMedia("(prefers-color-scheme: dark)").onchange = () => show(row);
  draw();
}

/** The functions above as the page's script. */
export const slpScript = `${[slpUnpack, slpSides, slpCanvas, slpColour, slpPort, slpCamera, slpStage, slpPad, slpSeekBar, slpView].map(String).join("\n")}\nslpView();\n`;
