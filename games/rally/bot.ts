/**
 * Plays Rally as a person would: each player sees the field of its own console (its RAM, see README.md) and moves the bat to
 * where the ball will come, now and then too late. `--bot rally:2` plays console 2 alone; without a number, both.
 */

/** Bits of a pad, as src/machine/input.ts has them: a bot imports nothing, so that it is a file of its own when built. */
const BUTTON = { Up: 1 << 4, Down: 1 << 5, A: 1 << 8 } as const;
const LOBBY = 0;
const PLAY = 3;
const LEADER = 1;
/** Offsets in the game's RAM. */
const AT = {
  frames: 4,
  state: 6,
  role: 7,
  ready: 8,
  other: 9,
  x: 19,
  y: 21,
  vx: 23,
  vy: 25,
  bat: 27,
  hits: 37,
  rallies: 38,
};
const TOP = 24;
const BOTTOM = 136;
const HALF_BAT = 12;
/** Middle of each bat's face, pixels. */
const FACE = [19, 141] as const;
/** Pixels from which a ball is watched. */
const SIGHT = 90;

export default function bot({ memory, args }: { memory(region: string): Uint8Array; args: string }) {
  if (!["", "1", "2"].includes(args)) throw new RangeError(`rally's bot plays console 1 or 2, not "${args}"`);
  const pads = [0, 0];
  return () => {
    for (const console of [0, 1])
      if (args === "" || Number(args) === console + 1) pads[console] = player(memory(`${console + 1}.wram`), console);
    return pads;
  };
}

/** Buttons for the frame that comes, from one console's work RAM. The first console calls, the second one waits. */
export function player(wram: Uint8Array, console: number): number {
  const word = (at: number): number => ((wram[at]! | (wram[at + 1]! << 8)) << 16) >> 16;
  const state = wram[AT.state];
  if (state === LOBBY) {
    const wants = wram[AT.other] === 0 ? console === 0 && wram[AT.role] === 0 : wram[AT.ready] === 0;
    return wants && wram[AT.frames]! % 32 < 4 ? BUTTON.A : 0;
  }
  if (state !== PLAY) return 0;
  const side = wram[AT.role] === LEADER ? 0 : 1;
  const x = word(AT.x) / 8;
  const vx = word(AT.vx) / 8;
  const way = FACE[side]! - x;
  const comes = way * vx > 0 && Math.abs(way) < SIGHT;
  const steps = comes ? way / vx : 0;
  const aim = ((wram[AT.hits]! * 7 + wram[AT.rallies]! * 5 + side * 3) % 41) - 20;
  const goal = comes ? folded(word(AT.y) / 8 + (word(AT.vy) / 8) * steps) + aim : (TOP + BOTTOM) / 2;
  const bat = wram[AT.bat + side]! + HALF_BAT;
  return goal < bat - 2 ? BUTTON.Up : goal > bat + 2 ? BUTTON.Down : 0;
}

/** Where a ball that bounces off both edges will be. */
function folded(y: number): number {
  const span = BOTTOM - TOP;
  const at = (((y - TOP) % (2 * span)) + 2 * span) % (2 * span);
  return TOP + (at < span ? at : 2 * span - at);
}
