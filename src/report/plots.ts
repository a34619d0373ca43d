/** What the page holds for its plots. */
export interface PlotData {
  readonly curves: readonly { name: string; frames: number; expected: string; change: string }[];
  readonly repairs: readonly number[];
  readonly seams: readonly (readonly [number, number])[];
  readonly mismatches: readonly number[];
  readonly differing: readonly (readonly number[])[];
  readonly end: number;
}

/** Undoes `packed` of curves.ts. */
async function unpack(base64: string, count: number): Promise<Uint8Array> {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const planes = new Uint8Array(await new Response(stream).arrayBuffer());
  const doubles = new Uint8Array(count * 8);
  for (let i = 0; i < count; i++) for (let b = 0; b < 8; b++) doubles[i * 8 + b] = planes[b * count + i]!;
  return doubles;
}

/** Least and greatest value of each column of pixels: NaN where there is none. At most 2 numbers a column are drawn. */
function extremes(values: Float64Array, from: number, to: number, columns: number): Float64Array {
  const out = new Float64Array(columns * 2).fill(Number.NaN);
  const perColumn = (to - from) / columns;
  for (let c = 0; c < columns; c++) {
    const first = Math.max(0, Math.floor(from + c * perColumn));
    const last = Math.min(values.length - 1, Math.max(first, Math.ceil(from + (c + 1) * perColumn) - 1));
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let i = first; i <= last; i++) {
      const value = values[i]!;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (low <= high) {
      out[c * 2] = low;
      out[c * 2 + 1] = high;
    }
  }
  return out;
}

/** Everything that lives on the page. All plots show the same frames: from `view.from` to `view.to`. */
async function plots(): Promise<void> {
  const data: PlotData = JSON.parse(document.getElementById("data")!.textContent!);
  const map = document.getElementById("map") as HTMLCanvasElement | null;
  const where = document.getElementById("where");
  if (!map || !where) return;
  const canvases = [...document.querySelectorAll<HTMLCanvasElement>("canvas[data-plot]")];
  const outputs = [...document.querySelectorAll<HTMLOutputElement>("output[data-values]")];
  const view = { from: 0, to: data.end, cursor: -1 };
  let drag: { canvas: HTMLCanvasElement; from: number; to: number; pan: boolean } | undefined;
  const curves: { expected: Float64Array; actual: Float64Array }[] = [];
  for (const curve of data.curves) {
    const expected = await unpack(curve.expected, curve.frames);
    const actual = await unpack(curve.change, curve.frames);
    for (let i = 0; i < actual.length; i++) actual[i]! ^= expected[i]!;
    curves.push({ expected: new Float64Array(expected.buffer), actual: new Float64Array(actual.buffer) });
  }

  const number = (n: number): string => n.toLocaleString("en-US");
  const value = (n: number | undefined): string =>
    n === undefined || Number.isNaN(n) ? "unknown" : String(Number(n.toPrecision(9)));

  function show(from: number, to: number): void {
    const width = Math.min(data.end, Math.max(8, to - from));
    view.from = Math.min(Math.max(0, from), data.end - width);
    view.to = view.from + width;
    redraw();
  }
  function zoom(factor: number, at = (view.from + view.to) / 2): void {
    const width = Math.min(data.end, Math.max(8, (view.to - view.from) * factor));
    const share = (at - view.from) / (view.to - view.from);
    show(at - width * share, at + width * (1 - share));
  }
  function goTo(frame: number): void {
    const width = Math.min(view.to - view.from, 240);
    view.cursor = frame;
    show(frame - width / 2, frame + width / 2);
  }
  function neighbour(step: 1 | -1): void {
    const at = view.cursor >= 0 ? view.cursor : step > 0 ? -1 : data.end + 1;
    const stops = data.repairs.length
      ? data.repairs
      : data.seams.length
        ? data.seams.map((s) => s[0])
        : data.mismatches;
    const next = step > 0 ? stops.find((f) => f > at) : stops.findLast((f) => f < at);
    if (next !== undefined) goTo(next);
  }
  function pointAt(frame: number): void {
    view.cursor = Math.round(Math.min(data.end, Math.max(0, frame)));
    if (view.cursor < view.from || view.cursor > view.to)
      show(view.cursor - (view.to - view.from) / 2, view.cursor + (view.to - view.from) / 2);
    else redraw();
  }

  /** The canvas in CSS pixels, cleared. */
  function begin(canvas: HTMLCanvasElement): {
    c: CanvasRenderingContext2D;
    w: number;
    h: number;
    colour: (name: string) => string;
  } {
    const scale = devicePixelRatio || 1;
    const w = canvas.clientWidth;
    const h = canvas.clientHeight;
    if (canvas.width !== Math.round(w * scale) || canvas.height !== Math.round(h * scale)) {
      canvas.width = Math.round(w * scale);
      canvas.height = Math.round(h * scale);
    }
    const c = canvas.getContext("2d")!;
    c.setTransform(scale, 0, 0, scale, 0, 0);
    c.clearRect(0, 0, w, h);
    const colours = getComputedStyle(document.documentElement);
    return { c, w, h, colour: (name) => colours.getPropertyValue(`--${name}`).trim() };
  }
  /** One mark for each column of pixels at most. */
  function marks(
    c: CanvasRenderingContext2D,
    frames: readonly number[],
    x: (frame: number) => number,
    w: number,
    y: number,
    h: number,
  ): void {
    let last = -2;
    for (const frame of frames) {
      const at = Math.round(x(frame));
      if (at === last || at < 0 || at > w) continue;
      c.fillRect(at - 0.75, y, 1.5, h);
      last = at;
    }
  }

  function drawMap(): void {
    const { c, w, h, colour } = begin(map!);
    const x = (frame: number): number => (frame / data.end) * w;
    c.fillStyle = colour("seam");
    for (const [from, to] of data.seams) c.fillRect(x(from), h - 7, Math.max(2, x(to) - x(from)), 5);
    c.fillStyle = colour("bad");
    marks(c, data.mismatches, x, w, 2, 8);
    for (const frames of data.differing) marks(c, frames, x, w, 2, 8);
    c.fillStyle = colour("repair");
    marks(c, data.repairs, x, w, 10, h - 18);
    c.strokeStyle = colour("actual");
    c.lineWidth = 2;
    c.fillStyle = colour("actual");
    c.globalAlpha = 0.12;
    c.fillRect(x(view.from), 0, x(view.to) - x(view.from), h);
    c.globalAlpha = 1;
    c.strokeRect(x(view.from) + 1, 1, Math.max(2, x(view.to) - x(view.from) - 2), h - 2);
  }

  function drawPlot(canvas: HTMLCanvasElement, index: number): void {
    const { c, w, h, colour } = begin(canvas);
    const { expected, actual } = curves[index]!;
    const x = (frame: number): number => ((frame - view.from) / (view.to - view.from)) * w;
    const columns = Math.max(1, Math.min(Math.round(w), Math.ceil(view.to - view.from)));
    const lines = [extremes(expected, view.from, view.to, columns), extremes(actual, view.from, view.to, columns)];
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const line of lines) {
      for (const n of line) {
        if (Number.isFinite(n)) {
          if (n < low) low = n;
          if (n > high) high = n;
        }
      }
    }
    const [top, bottom] = [8, h - 18];
    const y = (n: number): number =>
      high > low ? bottom - ((n - low) / (high - low)) * (bottom - top) : (top + bottom) / 2;
    c.globalAlpha = 0.16;
    c.fillStyle = colour("seam");
    for (const [from, to] of data.seams)
      if (to >= view.from && from <= view.to) c.fillRect(x(from), 0, Math.max(2, x(to) - x(from)), bottom + 4);
    c.globalAlpha = 0.75;
    c.fillStyle = colour("repair");
    marks(c, data.repairs, x, w, 0, bottom + 4);
    c.globalAlpha = 1;
    for (const [k, line] of lines.entries()) {
      c.strokeStyle = colour(k === 0 ? "expected" : "actual");
      c.lineWidth = k === 0 ? 5 : 1.5;
      c.lineJoin = "round";
      c.beginPath();
      let pen = false;
      const perColumn = (view.to - view.from) / columns;
      for (let i = 0; i < columns; i++) {
        const [least, most] = [line[i * 2]!, line[i * 2 + 1]!];
        if (Number.isNaN(least)) pen = false;
        else {
          const at = x(Math.max(0, Math.floor(view.from + i * perColumn)));
          if (pen) c.lineTo(at, y(least));
          else c.moveTo(at - 0.01, y(least));
          c.lineTo(at, y(most));
          pen = true;
        }
      }
      c.stroke();
    }
    c.fillStyle = colour("bad");
    marks(c, data.differing[index]!, x, w, bottom + 4, 5);
    c.fillStyle = colour("soft");
    c.font = "11px system-ui, sans-serif";
    c.textBaseline = "alphabetic";
    c.fillText(number(Math.round(view.from)), 0, h - 1);
    const end = number(Math.round(view.to));
    c.fillText(end, w - c.measureText(end).width, h - 1);
    if (high >= low) {
      const range = high > low ? `${value(low)} to ${value(high)}` : value(low);
      c.fillText(range, (w - c.measureText(range).width) / 2, h - 1);
    }
    if (view.cursor >= view.from && view.cursor <= view.to && view.cursor >= 0) {
      c.fillStyle = colour("ink");
      c.fillRect(x(view.cursor) - 0.5, 0, 1, bottom + 4);
    }
    if (drag && !drag.pan) {
      c.globalAlpha = 0.15;
      c.fillStyle = colour("actual");
      c.fillRect(x(drag.from), 0, x(drag.to) - x(drag.from), bottom + 4);
      c.globalAlpha = 1;
    }
  }

  const visible = new Set<HTMLCanvasElement>();
  let due = false;
  function redraw(): void {
    if (due) return;
    due = true;
    requestAnimationFrame(drawAll);
  }
  function drawAll(): void {
    due = false;
    drawMap();
    for (const [index, canvas] of canvases.entries()) {
      if (visible.has(canvas)) drawPlot(canvas, index);
      const { expected, actual } = curves[index]!;
      const text =
        view.cursor < 0 ? "" : `expected ${value(expected[view.cursor])}, actual ${value(actual[view.cursor])}`;
      if (outputs[index]!.textContent !== text) outputs[index]!.textContent = text;
    }
    const range = `frames ${number(Math.round(view.from))} to ${number(Math.round(view.to))}`;
    where!.textContent = view.cursor < 0 ? range : `frame ${number(view.cursor)} · ${range}`;
  }

  const KEYS: Record<string, (big: boolean) => void> = {
    ArrowLeft: (big) => pointAt((view.cursor < 0 ? view.to : view.cursor) - (big ? (view.to - view.from) / 10 : 1)),
    ArrowRight: (big) => pointAt((view.cursor < 0 ? view.from : view.cursor) + (big ? (view.to - view.from) / 10 : 1)),
    Home: () => pointAt(0),
    End: () => pointAt(data.end),
    "+": () => zoom(1 / 2, view.cursor < 0 ? undefined : view.cursor),
    "=": () => zoom(1 / 2, view.cursor < 0 ? undefined : view.cursor),
    "-": () => zoom(2, view.cursor < 0 ? undefined : view.cursor),
    Escape: () => show(0, data.end),
    0: () => show(0, data.end),
    n: () => neighbour(1),
    p: () => neighbour(-1),
  };
  const DO: Record<string, () => void> = {
    in: () => zoom(1 / 2, view.cursor < 0 ? undefined : view.cursor),
    out: () => zoom(2, view.cursor < 0 ? undefined : view.cursor),
    all: () => show(0, data.end),
    next: () => neighbour(1),
    previous: () => neighbour(-1),
  };
  for (const button of document.querySelectorAll<HTMLElement>("[data-do]"))
    button.onclick = () => DO[button.dataset.do!]!();
  for (const button of document.querySelectorAll<HTMLElement>("[data-frame]")) {
    button.onclick = () => {
      goTo(Number(button.dataset.frame));
      document.getElementById("readings")!.scrollIntoView({ behavior: "auto" });
    };
  }
  const fingers = new Map<number, number>();
  for (const canvas of [map, ...canvases]) {
    const span = (): [number, number] => (canvas === map ? [0, data.end] : [view.from, view.to]);
    const frameAt = (event: MouseEvent): number => {
      const [from, to] = span();
      return from + ((event.clientX - canvas.getBoundingClientRect().left) / canvas.clientWidth) * (to - from);
    };
    canvas.onkeydown = (event) => {
      const key = KEYS[event.key] ?? KEYS[event.key.toLowerCase()];
      if (!key || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      key(event.shiftKey);
    };
    canvas.onpointerdown = (event) => {
      if (event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      fingers.set(event.pointerId, event.clientX);
      const at = frameAt(event);
      drag = { canvas, from: at, to: at, pan: canvas === map || event.pointerType === "touch" };
      if (canvas === map && (at < view.from || at > view.to))
        show(at - (view.to - view.from) / 2, at + (view.to - view.from) / 2);
    };
    canvas.onpointermove = (event) => {
      const before = fingers.get(event.pointerId);
      if (drag?.canvas === canvas && before !== undefined) {
        const [from, to] = span();
        const moved = ((event.clientX - before) / canvas.clientWidth) * (to - from);
        const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
        if (other !== undefined) {
          zoom((Math.abs(before - other) + 1) / (Math.abs(event.clientX - other) + 1), frameAt(event));
        } else if (drag.pan)
          show(view.from + (canvas === map ? moved : -moved), view.to + (canvas === map ? moved : -moved));
        else drag.to = frameAt(event);
        fingers.set(event.pointerId, event.clientX);
      }
      pointAt(Math.min(view.to, Math.max(view.from, frameAt(event))));
    };
    canvas.onpointerup = canvas.onpointercancel = (event) => {
      fingers.delete(event.pointerId);
      if (!drag || drag.canvas !== canvas || fingers.size) return;
      const { from, to, pan } = drag;
      drag = undefined;
      const wide = Math.abs(to - from) > ((view.to - view.from) / canvas.clientWidth) * 4;
      if (!pan && wide && event.type === "pointerup") show(Math.min(from, to), Math.max(from, to));
      else redraw();
    };
    canvas.ondblclick = () => show(0, data.end);
    canvas.addEventListener(
      "wheel",
      (event) => {
        const [from, to] = span();
        const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
        if (!event.ctrlKey && !event.metaKey && !sideways) return; // the page scrolls
        event.preventDefault();
        const moved = (event.deltaX / canvas.clientWidth) * (to - from);
        if (sideways) show(view.from + moved, view.to + moved);
        else zoom(Math.exp(event.deltaY / 200), frameAt(event));
      },
      { passive: false },
    );
  }

  const seen = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) visible.add(target as HTMLCanvasElement);
      else visible.delete(target as HTMLCanvasElement);
    }
    redraw();
  });
  for (const canvas of canvases) seen.observe(canvas);
  new ResizeObserver(redraw).observe(map);
  matchMedia("(prefers-color-scheme: dark)").onchange = redraw;
  // Paper is light and holds all plots.
  addEventListener("beforeprint", () => {
    document.documentElement.dataset.print = "";
    for (const canvas of canvases) visible.add(canvas);
    drawAll();
  });
  addEventListener("afterprint", () => {
    delete document.documentElement.dataset.print;
    redraw();
  });
  redraw();
}

/** The functions above as the page's script. They use nothing from outside: what is compiled is what runs there. */
export const script = `${[unpack, extremes, plots].map(String).join("\n")}\nplots();\n`;
