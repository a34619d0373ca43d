import { beforeAll, describe, expect, test } from "vitest";
import { findOffset, OffsetFinder } from "../../src/dump/offset.ts";
import { difference } from "../../src/dump/picture.ts";
import type { VideoFrame } from "../../src/machine/machine.ts";
import { hasShared } from "../support/data.ts";
import { coaster, paint } from "./support/scene.ts";

/** A scene drawn at any resolution: slopes, a textured ground that scrolls, and a figure. `t` in frames; `away` moves the figure off. */
function world(t: number, width: number, height: number, { away = 0, light = 1, still = false } = {}): VideoFrame {
  const time = still ? 0 : t;
  return paint(width, height, (px, py) => {
    const [x, y] = [(px + 0.5) / width, (py + 0.5) / height];
    const hill = 0.45 + 0.12 * Math.sin(x * 9 + time * 0.02) + 0.05 * Math.sin(x * 31);
    let [r, g, b] = [90, 140, 230 - 120 * y];
    if (y > hill) {
      const stripes = Math.sin(((x - 0.5) * 40) / (y - 0.3) + time * 0.15) * Math.sin(12 / (y - 0.3) + time * 0.2);
      [r, g, b] = stripes > 0 ? [60, 130, 50] : [80, 150 + 60 * stripes, 60];
    }
    const [dx, dy] = [x - 0.3 - time * 0.002 - away, y - 0.6 + away * 0.5];
    if (dx * dx + dy * dy < 0.006) [r, g, b] = [220, 60 + 400 * Math.abs(dx), 40];
    return ((r * light) << 16) | ((Math.max(0, g) * light) << 8) | (b * light);
  });
}
/** The same picture as a renderer shows it that drew it at 1/k of the size: enlarged, sharp or smooth. */
function enlarged(small: VideoFrame, width: number, height: number, smooth: boolean): VideoFrame {
  const view = new DataView(small.pixels.buffer, small.pixels.byteOffset);
  const at = (x: number, y: number, shift: number): number => {
    const [cx, cy] = [Math.min(small.width - 1, Math.max(0, x)), Math.min(small.height - 1, Math.max(0, y))];
    return (view.getUint32(cy * small.pitch + cx * 4, true) >> shift) & 255;
  };
  return paint(width, height, (x, y) => {
    const [u, v] = [((x + 0.5) * small.width) / width - 0.5, ((y + 0.5) * small.height) / height - 0.5];
    if (!smooth) return view.getUint32(Math.round(v) * small.pitch + Math.round(u) * 4, true) & 0xffffff;
    const [x0, y0] = [Math.floor(u), Math.floor(v)];
    const [fx, fy] = [u - x0, v - y0];
    const mix = (s: number): number =>
      (at(x0, y0, s) * (1 - fx) + at(x0 + 1, y0, s) * fx) * (1 - fy) +
      (at(x0, y0 + 1, s) * (1 - fx) + at(x0 + 1, y0 + 1, s) * fx) * fy;
    return (mix(16) << 16) | (mix(8) << 8) | mix(0);
  });
}
const W = 240;
const H = 180;
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const LONGEST = 10;
const runA = (draw: (k: number) => VideoFrame): VideoFrame[] => range(0, LONGEST + 1).map(draw);
const runB = (draw: (k: number) => VideoFrame): (VideoFrame | undefined)[] => [
  undefined,
  ...range(1, LONGEST + 5).map(draw),
];
const hd = (k: number, more = {}): VideoFrame => world(100 + k, W, H, more);
const black = paint(W, H, () => 0);

describe("the offset of a moving scene", () => {
  test("is 0 when the repaired run is right at once", () => {
    const { offset, proof } = findOffset(runA(hd), runB(hd), LONGEST);
    expect(offset).toBe(0);
    expect(proof).toMatchObject({ fits: true, settledAt: 1 });
    expect(proof.looked).toBeLessThan(8);
  });

  test("is 0 when the runs have parted by less than is seen", () => {
    expect(
      findOffset(
        runA((k) => hd(k, { away: 0.0005 })),
        runB(hd),
        LONGEST,
      ),
    ).toMatchObject({ offset: 0, proof: { fits: true } });
  });

  const cases = [2, 3, 4, 6].flatMap((factor) => [true, false].map((smooth) => ({ factor, smooth })));
  test.each(cases)(
    "is as long as it shows a picture of 1/$factor of the size, smooth: $smooth",
    ({ factor, smooth }) => {
      const low = (k: number, more = {}): VideoFrame =>
        enlarged(world(100 + k, W / factor, H / factor, more), W, H, smooth);
      for (const flash of [1, 5]) {
        const found = findOffset(
          runA(hd),
          runB((k) => (k <= flash ? low(k) : hd(k))),
          LONGEST,
        );
        expect(found, found.proof.reason).toMatchObject({ offset: flash, proof: { fits: true, settledAt: flash + 1 } });
      }
      const still = { still: true };
      const found = findOffset(
        runA((k) => hd(k, still)),
        runB((k) => (k <= 4 ? low(k, still) : hd(k, still))),
        LONGEST,
      );
      expect(found, "a scene that stands still").toMatchObject({ offset: 4, proof: { fits: true } });
    },
  );

  test("is as long as the screen is black", () => {
    expect(
      findOffset(
        runA(hd),
        runB((k) => (k <= 3 ? black : hd(k))),
        LONGEST,
      ),
    ).toMatchObject({ offset: 3, proof: { fits: true } });
  });

  test("is as long as the picture has another size", () => {
    const found = findOffset(
      runA(hd),
      runB((k) => (k <= 6 ? world(100 + k, 80, 60) : hd(k))),
      LONGEST,
    );
    expect(found).toMatchObject({ offset: 6, proof: { fits: true } });
  });

  test("waits for a flash that comes back a few frames later", () => {
    const low = (k: number): VideoFrame => enlarged(world(100 + k, W / 4, H / 4), W, H, true);
    const found = findOffset(
      runA(hd),
      runB((k) => (k === 1 || k === 4 ? low(k) : hd(k))),
      LONGEST,
    );
    expect(found).toMatchObject({ offset: 4, proof: { fits: true } });
  });

  test("waits for the renderer's first pictures to catch up with the scene", () => {
    const found = findOffset(
      runA(hd),
      runB((k) => (k <= 2 ? world(30 + k, W, H, { away: 0.3 }) : hd(k))),
      LONGEST,
    );
    expect(found).toMatchObject({ offset: 2, proof: { fits: true } });
  });
});

describe("a scene that changes by itself", () => {
  test("may fade out and in", () => {
    const fade = (k: number): VideoFrame => hd(k, { light: Math.abs(1 - k / 8) });
    expect(findOffset(runA(fade), runB(fade), LONGEST)).toMatchObject({ offset: 0, proof: { fits: true } });
    expect(
      findOffset(
        runA(fade),
        runB((k) => (k <= 3 ? black : fade(k))),
        LONGEST,
      ),
    ).toMatchObject({ offset: 3, proof: { fits: true } });
  });

  test("may cut hard exactly at the seam", () => {
    const cut = (k: number): VideoFrame => (k < 1 ? hd(k) : world(900 + k, W, H, { away: 0.4, light: 0.6 }));
    expect(findOffset(runA(cut), runB(cut), LONGEST)).toMatchObject({ offset: 0, proof: { fits: true } });
    const later = (k: number): VideoFrame => (k < 4 ? hd(k) : world(900 + k, W, H, { away: 0.4, light: 0.6 }));
    const low = (k: number): VideoFrame => enlarged(world(100 + k, W / 4, H / 4), W, H, false);
    expect(
      findOffset(
        runA(later),
        runB((k) => (k <= 3 ? low(k) : later(k))),
        LONGEST,
      ),
    ).toMatchObject({ offset: 3, proof: { fits: true } });
  });

  test("may be drawn every second frame only", () => {
    const half = (k: number): VideoFrame => hd(k - (k % 2));
    const low = (k: number): VideoFrame => enlarged(world(100 + k - (k % 2), W / 4, H / 4), W, H, false);
    expect(
      findOffset(
        runA(half),
        runB((k) => (k <= 2 ? low(k) : half(k))),
        LONGEST,
      ),
    ).toMatchObject({ offset: 2, proof: { fits: true } });
  });
});

describe("when no offset fits", () => {
  test("it says that the runs went too far apart, and takes the cut that jumps least", () => {
    const far = (k: number): VideoFrame => hd(k, { away: 0.12 + 0.02 * Math.abs(k - 3) });
    const { offset, proof } = findOffset(runA(far), runB(hd), LONGEST);
    expect(proof.fits).toBe(false);
    expect(proof.reason).toMatch(
      /jumps: it changes by [\d.]+ at the cut, [\d.]+ from frame to frame.*too far from the reference/,
    );
    expect(Math.abs(offset - 3)).toBeLessThanOrEqual(1);
  });

  test("it says that the picture never becomes sharp, or never has the right size", () => {
    const low = (k: number): VideoFrame => enlarged(world(100 + k, W / 4, H / 4), W, H, true);
    const soft = findOffset(runA(hd), runB(low), LONGEST).proof;
    expect(soft).toMatchObject({ fits: false, settledAt: null });
    expect(soft.reason).toMatch(/has \d+ % of its detail 11 frames after the load .* allow a longer offset/);
    const small = findOffset(
      runA(hd),
      runB((k) => world(100 + k, 80, 60)),
      LONGEST,
    ).proof;
    expect(small.reason).toMatch(/stayed at 80x60 instead of 240x180/);
  });
});

describe("the finder, fed picture by picture", () => {
  test("decides at the last picture with what it has", () => {
    const finder = new OffsetFinder(1);
    for (const k of [0, 1, 2]) finder.before(k, hd(k));
    expect(finder.after(1, black)).toBeUndefined();
    expect(finder.after(2, hd(2), true)).toMatchObject({ offset: 1, proof: { fits: true } });
  });

  test("starts anew when the repaired run was itself repaired", () => {
    const finder = new OffsetFinder(LONGEST);
    for (const [k, picture] of runA(hd).entries()) finder.before(k, picture);
    for (const k of [1, 2, 3]) expect(finder.after(k, black, k === 3)).toBeUndefined();
    finder.restart(3);
    let found: ReturnType<OffsetFinder["after"]>;
    for (let k = 4; !found; k++) found = finder.after(k, k < 6 ? black : hd(k));
    expect(found).toMatchObject({ offset: 5, proof: { fits: true } });
  });

  test("keeps to a given offset and says whether it fits", () => {
    for (const [wanted, fits] of [
      [1, false],
      [4, true],
    ] as const) {
      const finder = new OffsetFinder(wanted, false);
      for (let k = 0; k <= wanted + 1; k++) finder.before(k, hd(k));
      let found: ReturnType<OffsetFinder["after"]>;
      for (let k = 1; !found; k++) found = finder.after(k, k <= 3 ? black : hd(k));
      expect(found).toMatchObject({ offset: wanted, proof: { fits } });
    }
  });

  test("takes a frame that the core did not draw for the one before", () => {
    const none = { ...black, pixels: new Uint8Array(0) };
    const draw = (k: number): VideoFrame => (k % 2 ? none : hd(k));
    expect(
      findOffset(
        runA(draw),
        runB((k) => (k <= 3 ? black : draw(k))),
        LONGEST,
      ),
    ).toMatchObject({ offset: 3, proof: { fits: true } });
  });
});

test("differences grow with what is different, and equal pictures have none", () => {
  const mean = (other: VideoFrame): number => difference(hd(0), other).mean;
  for (const rising of [
    [hd(0), hd(1), hd(5)],
    [hd(0, { away: 0.01 }), hd(0, { away: 0.05 }), hd(0, { away: 0.2 })],
    [hd(0, { light: 0.8 }), black],
  ]) {
    const means = rising.map(mean);
    expect(means).toEqual(means.toSorted((a, b) => a - b));
  }
  expect(difference(hd(0), hd(0))).toEqual({ mean: 0, max: 0, sharpness: 1 });
  expect(
    difference(
      hd(0),
      paint(W + 1, H, () => 0),
    ),
  ).toMatchObject({ mean: 255, max: 255 });
  const soft = enlarged(world(100, W / 2, H / 2), W, H, true);
  expect(difference(hd(0), soft).sharpness).toBeLessThan(0.6);
});

describe.runIf(hasShared)("real pictures of a game", () => {
  const FROM = 400;
  let asIs: VideoFrame[];
  let steered: VideoFrame[];
  beforeAll(async () => {
    asIs = await coaster(FROM, 40);
    steered = await coaster(FROM, 40, (n) => n > 280 && n % 8 < 6);
  });
  const soft = (frame: VideoFrame): VideoFrame => {
    const small = paint(
      128,
      120,
      (x, y) =>
        new DataView(frame.pixels.buffer, frame.pixels.byteOffset).getUint32(y * 2 * 1024 + x * 8, true) & 0xffffff,
    );
    return enlarged(small, 256, 240, true);
  };
  test("give 0 for equal runs and k for k soft ones", () => {
    const b = runB((k) => asIs[k]!);
    expect(findOffset(asIs.slice(0, 12), b, LONGEST)).toMatchObject({ offset: 0, proof: { fits: true } });
    const flash = runB((k) => (k <= 3 ? soft(asIs[k]!) : asIs[k]!));
    expect(findOffset(asIs.slice(0, 12), flash, LONGEST)).toMatchObject({ offset: 3, proof: { fits: true } });
  });

  test("of two runs that parted a moment ago are joined where nobody sees it", async () => {
    const parted = await coaster(FROM, 12, (n) => n === FROM - 1); // one frame of steering
    expect(Buffer.compare(parted[1]!.pixels, asIs[1]!.pixels)).not.toBe(0);
    expect(
      findOffset(
        parted,
        runB((k) => asIs[k]!),
        LONGEST,
      ),
    ).toMatchObject({ offset: 0, proof: { fits: true } });
  });

  test("of two runs that went apart say so", () => {
    const found = findOffset(
      steered.slice(0, 12),
      runB((k) => asIs[k]!),
      LONGEST,
    );
    expect(found.proof, JSON.stringify(found)).toMatchObject({ fits: false });
  });
});
