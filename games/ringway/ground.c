// The canyon, and the sky at its end. All of it comes from a hash of the place, nothing from the game's generator.
#include "game.h"

enum { ROWS = 28, ACROSS = 19, MIDDLE = 9 };
#define DEEP FIX(2)

static struct Row {
  s16 height[ACROSS]; // 4.12, an eighth of a unit
  u16 color[ACROSS];
} rows[32];
static s32 known; // rows that are made

static fix noise(s32 i, s32 k) { return (fix)(hash((u32)(i * 7919 + k * 104729)) & 4095); }

static u32 blend(u32 from, u32 to, fix t) {
  u32 color = 0;
  for (u32 shift = 0; shift < 15; shift += 5) {
    s32 a = (s32)(from >> shift & 31), b = (s32)(to >> shift & 31);
    color |= (u32)(a + ((b - a) * t >> 12)) << shift;
  }
  return color;
}

static fix heightAt(s32 i, s32 k) {
  s32 off = size(i - MIDDLE);
  fix rough = noise(i, k);
  fix large = noise(i >> 2, k >> 3) + noise(100 + (i >> 1), k >> 2);
  if (off <= 3) return 0;
  if (off == 4) return (rough >> 2) + FIX(0.3);
  fix rise = (off - 4) * FIX(0.75);
  return rise + mul(large, FIX(0.35) * (off - 3)) + mul(rough, FIX(0.9));
}

static void makeRow(s32 k) {
  struct Row *row = &rows[k & 31];
  for (s32 i = 0; i < ACROSS; i++) {
    fix h = heightAt(i, k);
    row->height[i] = (s16)(h >> 3);
    fix t = clamp(h / 5, 0, ONE);
    u32 base = t < ONE / 2 ? blend(RGB(6, 4, 13), RGB(19, 6, 15), t * 2) : blend(RGB(19, 6, 15), RGB(31, 19, 11), t * 2 - ONE);
    fix slope = h - heightAt(i + (i < MIDDLE ? 1 : -1), k) + ((noise(i, k + 1) - noise(i, k)) >> 1);
    u32 lit = slope > 0 ? blend(base, RGB(31, 27, 18), clamp(slope >> 2, 0, ONE / 2)) : blend(base, RGB(3, 2, 9), clamp(-slope >> 1, 0, ONE / 2));
    if (size(i - MIDDLE) <= 3) lit = blend(RGB(3, 3, 11), RGB(8, 4, 16), noise(i, k));
    row->color[i] = (u16)lit;
  }
}

void startGround(void) { known = -1; }

/** Lines on the canyon's floor. */
static void drawGrid(s32 first) {
  const s32 high = FIX(0.03 / 8), thin = FIX(0.035 / 8), side = FIX(4.5 / 8), end = (ROWS - 1) * (DEEP >> 3);
  BEGIN_VTXS = QUADS;
  COLOR = RGB(8, 20, 29);
  for (s32 k = 1; k < ROWS - 1; k++) {
    if ((first + k) & 1) continue;
    s32 z = -k * (DEEP >> 3);
    vertex(-side, high, z - thin);
    vertex(-side, high, z + thin);
    vertex(side, high, z + thin);
    vertex(side, high, z - thin);
  }
  for (s32 i = -3; i <= 3; i++) {
    s32 x = i * FIX(1.5 / 8);
    vertex(x - thin, high, -end);
    vertex(x - thin, high, 0);
    vertex(x + thin, high, 0);
    vertex(x + thin, high, -end);
  }
}

void drawGround(fix cameraZ) {
  s32 first = cameraZ / DEEP - 1;
  if (cameraZ < 0) first--;
  if (known < first) known = first;
  while (known < first + ROWS) makeRow(known++);
  MTX_PUSH = 0;
  MTX_TRANS = 0;
  MTX_TRANS = 0;
  MTX_TRANS = (u32)(cameraZ - first * DEEP);
  MTX_SCALE = 8 * ONE;
  MTX_SCALE = 8 * ONE;
  MTX_SCALE = 8 * ONE;
  POLYGON_ATTR = POLY_BACK | POLY_FRONT | POLY_FOG | POLY_ALPHA(31) | POLY_ID(1);
  for (s32 k = 0; k < ROWS - 1; k++) {
    const struct Row *near = &rows[(first + k) & 31], *far = &rows[(first + k + 1) & 31];
    s32 z = -k * (DEEP >> 3);
    BEGIN_VTXS = QUAD_STRIP;
    for (s32 i = 0; i < ACROSS; i++) {
      s32 x = (i - MIDDLE) * FIX(1.5 / 8);
      COLOR = near->color[i];
      vertex(x, near->height[i], z);
      COLOR = far->color[i];
      vertex(x, far->height[i], z - (DEEP >> 3));
    }
  }
  drawGrid(first);
  MTX_POP = 1;
}

static void band(s32 x, s32 low, s32 high, s32 z, u32 lowColor, u32 highColor) {
  COLOR = highColor;
  vertex(-x, high, z);
  COLOR = lowColor;
  vertex(-x, low, z);
  vertex(x, low, z);
  COLOR = highColor;
  vertex(x, high, z);
}

/** Lies in an eighth of its size: 58 units away, beyond all that fog takes. */
void drawSky(void) {
  MTX_PUSH = 0;
  MTX_SCALE = 8 * ONE;
  MTX_SCALE = 8 * ONE;
  MTX_SCALE = 8 * ONE;
  POLYGON_ATTR = POLY_BACK | POLY_FRONT | POLY_ALPHA(31) | POLY_ID(2);
  BEGIN_VTXS = QUADS;
  const s32 far = FIX(-7.4);
  band(FIX(7.9), FIX(-3), FIX(0.25), far, HAZE, HAZE);
  band(FIX(7.9), FIX(0.25), FIX(1.1), far, HAZE, RGB(24, 8, 19));
  band(FIX(7.9), FIX(1.1), FIX(2.8), far, RGB(24, 8, 19), RGB(10, 4, 17));
  band(FIX(7.9), FIX(2.8), FIX(7.5), far, RGB(10, 4, 17), RGB(1, 1, 6));
  for (u32 n = 0; n < 60; n++) { // stars
    u32 h = hash(n + 77);
    s32 x = (s32)(h & 0xffff) - 0x8000, y = FIX(1.6) + (s32)(h >> 16 & 0x3fff);
    s32 r = 28 + (s32)(h >> 30) * 10;
    u32 shine = 18 + (h >> 8 & 7) + (sine((s32)(world.frame * 6 + h)) > 0 ? 6 : 0);
    COLOR = RGB(shine, shine, 31);
    vertex(x - r, y, far + 40);
    vertex(x, y - r, far + 40);
    vertex(x + r, y, far + 40);
    vertex(x, y + r, far + 40);
  }
  const fix radius = FIX(1.25), middle = FIX(1.15);
  for (s32 n = 0; n < 24; n++) { // the sun, in slices that part towards its foot
    fix low = radius * (n - 12) / 12, high = radius * (n - 11) / 12;
    if (n < 11 && !(n & 1)) low += (11 - n) * radius / 170;
    fix halfLow = root(mul(radius, radius) - mul(low, low) + 4), halfHigh = root(clamp(mul(radius, radius) - mul(high, high), 0, ONE * 8) + 4);
    if (n < 10 && n & 1) continue;
    if (n < 10) high += radius / 24;
    if (n < 10) halfHigh = root(mul(radius, radius) - mul(high, high));
    u32 color = blend(RGB(31, 9, 17), RGB(31, 30, 16), n * ONE / 23), next = blend(RGB(31, 9, 17), RGB(31, 30, 16), (n + 1) * ONE / 24);
    COLOR = next;
    vertex(-halfHigh, middle + high, far + 80);
    COLOR = color;
    vertex(-halfLow, middle + low, far + 80);
    vertex(halfLow, middle + low, far + 80);
    COLOR = next;
    vertex(halfHigh, middle + high, far + 80);
  }
  BEGIN_VTXS = TRIANGLES;
  for (s32 n = -12; n <= 12; n++) { // hills before it
    u32 h = hash((u32)(n + 999));
    s32 x = n * FIX(0.62) + (s32)(h & 1023), high = FIX(0.22) + (s32)(h >> 12 & 2047) + size(n) * 130;
    COLOR = RGB(26, 10, 15);
    vertex(x - FIX(0.7), FIX(-0.1), far + 120);
    vertex(x + FIX(0.7), FIX(-0.1), far + 120);
    COLOR = RGB(12, 4, 16);
    vertex(x, high, far + 120);
  }
  MTX_POP = 1;
}
