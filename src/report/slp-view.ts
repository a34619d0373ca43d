import type { SlpViewData } from "./slp-data.ts";
import { type SlpCanvas, slpCamera, slpPad, slpPort, slpStage } from "./slp-draw.ts";
import type { SlpSide } from "./slp-scene.ts";

// These functions run on the page: they use nothing from outside but each other, and take those of slp-draw.ts.

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

async function slpSides(data: SlpViewData): Promise<SlpSide[]> {
  const sides: SlpSide[] = [];
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
    sides.push({ tracks, itemStarts, items, itemRows: side.itemRows, platforms });
  }
  return sides;
}

/** The canvas in CSS pixels, cleared. */
function slpCanvas(canvas: HTMLCanvasElement): SlpCanvas {
  const scale = devicePixelRatio || 1;
  const [w, h] = [canvas.clientWidth, canvas.clientHeight];
  if (canvas.width !== Math.round(w * scale) || canvas.height !== Math.round(h * scale)) {
    canvas.width = Math.round(w * scale);
    canvas.height = Math.round(h * scale);
  }
  const c = canvas.getContext("2d")!;
  c.setTransform(scale, 0, 0, scale, 0, 0);
  c.clearRect(0, 0, w, h);
  return { c, w, h, colour: slpColour };
}

function slpColour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function slpSeekBar(canvas: HTMLCanvasElement, data: SlpViewData, row: number, port: typeof slpPort): void {
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
  for (const [frame, loser] of data.losses) {
    c.fillStyle = port(loser);
    c.beginPath();
    c.arc(x(frame), h / 2, 3.5, 0, 7);
    c.fill();
  }
  c.fillStyle = slpColour("ink");
  c.fillRect(x(data.first + row) - 1, 0, 2, h);
}

/** What slp-draw.ts draws: a name that was imported is another one where the script is made. */
interface Draw {
  readonly stage: typeof slpStage;
  readonly pad: typeof slpPad;
  readonly port: typeof slpPort;
}

async function slpView(draws: Draw): Promise<void> {
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
    draws.stage(slpCanvas(stage!), data, sides, row);
    slpSeekBar(seek!, data, row, draws.port);
    for (const card of cards) {
      const [t, s] = [Number(card.dataset.track), Number(card.dataset.side)];
      const value = (column: number): number => sides[s]!.tracks[(t * data.columns + column) * data.rows + row]!;
      draws.pad(slpCanvas(card.querySelector("canvas")!), value);
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
export const slpScript = `${[slpUnpack, slpSides, slpCanvas, slpColour, slpPort, slpCamera, slpStage, slpPad, slpSeekBar, slpView].map(String).join("\n")}\nslpView({ stage: slpStage, pad: slpPad, port: slpPort });\n`;
