/**
 * Plays Hedge as a person would: each rider sees the field of its own console (its RAM, see README.md), and rides to where
 * there is most room. `--bot hedge:2` plays console 2 alone; without a number, all that are there.
 */

/** Bits of a pad, as src/machine/input.ts has them: a bot imports nothing, so that it is a file of its own when built. */
const BUTTON = { Up: 1 << 4, Down: 1 << 5, Left: 1 << 6, Right: 1 << 7, A: 1 << 8 } as const;
const CONSOLES = 4;
const WIDTH = 30;
const HEIGHT = 19;
const STRIDE = 32;
const LOBBY = 0;
const PLAY = 2;
/** Offsets in the game's RAM. */
const AT = { frames: 4, state: 8, players: 12, me: 16, ready: 20, riders: 68, grid: 196 } as const;
const RIDER = { size: 32, x: 0, y: 4, dir: 8, alive: 12, axes: 20 } as const;
const AXE = 5;
/** Up, right, down, left, as the game counts them. */
const DX = [0, 1, 0, -1] as const;
const DY = [-1, 0, 1, 0] as const;
const PRESS = [BUTTON.Up, BUTTON.Right, BUTTON.Down, BUTTON.Left] as const;
/** Cells that are looked over from each way out. */
const SIGHT = 160;

export default function bot({ memory, args }: { memory(region: string): Uint8Array; args: string }) {
  const only = args === "" ? 0 : Number(args);
  if (!Number.isInteger(only) || only < 0 || only > CONSOLES)
    throw new RangeError(`hedge's bot plays console 1 to ${CONSOLES}, not "${args}"`);
  const consoles: number[] = [];
  for (let i = 1; i <= CONSOLES; i++) if ((only === 0 || only === i) && has(memory, i)) consoles.push(i);
  const pads = new Array<number>(Math.max(...consoles)).fill(0);
  const riders = consoles.map((i) => ({ i, play: makeRider() }));
  return () => {
    for (const { i, play } of riders) pads[i - 1] = play(memory(`${i}.wram`));
    return pads;
  };
}

function has(memory: (region: string) => Uint8Array, i: number): boolean {
  try {
    return memory(`${i}.wram`).length > 0;
  } catch {
    return false;
  }
}

/** A function from one console's work RAM to the buttons of its pad, for the frame that comes. */
export function makeRider(): (wram: Uint8Array) => number {
  const seen = new Uint32Array(HEIGHT * STRIDE);
  const queue = new Uint16Array(HEIGHT * STRIDE);
  let mark = 0;

  /** Cells that can be reached from (x, y), up to SIGHT; an axe near by counts more. */
  const room = (wram: Uint8Array, x: number, y: number): number => {
    mark++;
    let length = 0;
    let worth = 0;
    const visit = (at: number): void => {
      const cell = wram[AT.grid + at]!;
      if ((cell !== 0 && cell !== AXE) || seen[at] === mark) return;
      seen[at] = mark;
      if (cell === AXE && length < 40) worth += 12 - length * 0.25;
      queue[length++] = at;
    };
    visit(y * STRIDE + x);
    for (let k = 0; k < length && length < SIGHT; k++) {
      const at = queue[k]!;
      visit(at - STRIDE);
      visit(at + 1);
      visit(at + STRIDE);
      visit(at - 1);
    }
    return length + worth;
  };

  return (wram) => {
    const word = (at: number): number =>
      wram[at]! | (wram[at + 1]! << 8) | (wram[at + 2]! << 16) | (wram[at + 3]! << 24);
    const state = word(AT.state);
    if (state === LOBBY) {
      const ready = word(AT.players) > 1 && word(AT.ready) === 0;
      return ready && word(AT.frames) % 16 === 0 ? BUTTON.A : 0;
    }
    if (state !== PLAY) return 0;
    const me = AT.riders + word(AT.me) * RIDER.size;
    if (word(me + RIDER.alive) === 0) return 0;
    const x = word(me + RIDER.x);
    const y = word(me + RIDER.y);
    const dir = word(me + RIDER.dir);
    const axes = word(me + RIDER.axes);
    let best = dir;
    let most = -1;
    for (let d = 0; d < 4; d++) {
      if (d === (dir ^ 2)) continue;
      const cx = x + DX[d]!;
      const cy = y + DY[d]!;
      if (cx < 1 || cy < 1 || cx >= WIDTH - 1 || cy >= HEIGHT - 1) continue;
      const cell = wram[AT.grid + cy * STRIDE + cx]!;
      const hedge = cell > 0 && cell < AXE;
      if (hedge && axes === 0) continue;
      let worth = hedge ? beyond(wram, x, y, d, room) / 2 : room(wram, cx, cy);
      worth += d === dir ? 1.5 : danger(wram, cx, cy);
      if (worth > most) {
        most = worth;
        best = d;
      }
    }
    return PRESS[best]!;
  };
}

/** Room behind a hedge that would be cut. */
function beyond(
  wram: Uint8Array,
  x: number,
  y: number,
  d: number,
  room: (wram: Uint8Array, x: number, y: number) => number,
): number {
  const bx = x + 2 * DX[d]!;
  const by = y + 2 * DY[d]!;
  return bx > 0 && by > 0 && bx < WIDTH - 1 && by < HEIGHT - 1 ? room(wram, bx, by) : 0;
}

/** A little for keeping to the hedges, which leaves room for later. */
function danger(wram: Uint8Array, x: number, y: number): number {
  let walls = 0;
  for (let d = 0; d < 4; d++) if (wram[AT.grid + (y + DY[d]!) * STRIDE + x + DX[d]!] !== 0) walls++;
  return walls === 1 ? 1 : walls === 2 ? 2 : 0;
}
