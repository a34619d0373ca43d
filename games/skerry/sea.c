// The sea: four trains of waves, on a grid that is finer near the boat.
#include "sea.h"
#include "tables.h"

enum { COLUMNS = 25, MIDDLE = 12, AT_ONCE = 4, FACETED = 2, WAVES = 4, FAR = 110 };

/** Phase (32 bits a turn) a metre to the east and to the north, and a frame; height in vertices' units. */
struct Wave {
  s32 east, north, time, height;
};
#define TURN 4294967296.0
static const struct Wave waves[WAVES] = {
    {(s32)(TURN / 26 * 0.34), (s32)(TURN / 26 * 0.94), (s32)(TURN / 26 * 0.075), 66},
    {(s32)(TURN / 15 * -0.64), (s32)(TURN / 15 * 0.77), (s32)(TURN / 15 * 0.066), 42},
    {(s32)(TURN / 8.7 * 0.82), (s32)(TURN / 8.7 * 0.57), (s32)(TURN / 8.7 * 0.055), 22},
    {(s32)(TURN / 5.3 * -0.2), (s32)(TURN / 5.3 * 0.98), (s32)(TURN / 5.3 * 0.045), 11},
};

struct Band {
  s32 from, to, cell, shift;
};
static const struct Band bands[] = {{-4, 6, 1, 0}, {6, 22, 2, 1}, {22, 54, 4, 2}, {54, FAR, 8, 3}};

static u32 phaseAt(const struct Wave *w, fix x, fix z) {
  return (u32)((s64)w->east * x >> 16) + (u32)((s64)w->north * z >> 16) - (u32)w->time * W->frame;
}

fix seaHeight(fix x, fix z) {
  s32 h = 0;
  for (const struct Wave *w = waves; w < waves + WAVES; w++) h += sines[phaseAt(w, x, z) >> 22] * (w->height * look.waves >> 8) >> 7;
  return h;
}

/** How high wave `n` still stands `z` metres ahead, of 256: short ones are too short for a coarse grid. */
static s32 stands(u32 n, s32 z) {
  static const s32 ends[WAVES] = {FAR, FAR, 54, 22};
  return clamp((ends[n] - z) * 256 / (ends[n] - 8), 0, 256);
}

static void heights(s32 *h, const struct Band *band, fix baseX, fix baseZ, s32 z) {
  for (u32 i = 0; i < COLUMNS; i++) h[i] = 0;
  s32 all = look.waves;
  for (u32 n = 0; n < WAVES; n++) {
    const struct Wave *w = waves + n;
    s32 high = (w->height * all >> 8) * stands(n, z) >> 8;
    if (!high) break; // so are the shorter ones
    u32 step = (u32)(w->east * band->cell), phase = phaseAt(w, baseX, baseZ + z * ONE) - step * MIDDLE;
    for (u32 i = 0; i < COLUMNS; i++, phase += step) h[i] += sines[phase >> 22] * high >> 15;
  }
}

/** Red and blue in one word, and green in another: two products for three. */
struct Pair {
  u32 rb, g;
};
static struct Pair pair(struct Color c) { return (struct Pair){(u32)c.r << 16 | c.b, c.g}; }
static inline struct Pair between(struct Pair a, struct Pair b, u32 n) { // n: 0 to 256
  return (struct Pair){(a.rb * (256 - n) + b.rb * n) >> 8 & 0xff00ff, (a.g * (256 - n) + b.g * n) >> 8};
}

static void drawRow(struct Vertex *v, const s32 *h, const s32 *before, const struct Band *band, s32 z, fix baseX, fix baseZ) {
  s32 far = clamp((z - 4) * 256 / (FAR - 4), 0, 256);
  far = far * (512 - far) >> 8;
  struct Pair deep = pair(blend(look.deep, look.haze, far)), crest = pair(blend(look.crest, look.haze, far));
  struct Pair sun = pair(look.sun), white = {0xf000fa, 0xf6};
  s32 ahead = z * ONE + baseZ - W->z + BEHIND * ONE; // from the camera
  s32 sunX = ((W->x - baseX) >> 8) + (mul(ahead, look.azimuth * 25 / 4) >> 8); // where the sun stands over this row
  s32 wide = 300 + (clamp(ahead, 0, FIX(100)) >> 10), steep = 38400 / wide;
  s32 keen = 2700 / look.waves, most = clamp(60 + (ahead >> 13), 60, 235);
  s32 x = -MIDDLE * band->cell * UNIT, lean = look.azimuth < 0 ? -1 : 1;
  u32 shift = band->shift;
  for (u32 i = 0; i < COLUMNS; i++, v++, x += band->cell * UNIT) {
    s32 north = (h[i] - before[i]) >> shift;
    s32 east = (h[i + (i < COLUMNS - 1)] - h[i - (i > 0)]) >> (shift + 1);
    struct Pair c = between(deep, crest, (u32)clamp(84 + (h[i] >> 1) - north * 3 + lean * east * 2, 0, 255));
    s32 shine = 110 + north * keen - (size(x - sunX) * steep >> 8); // glitter
    if (shine > 0) c = between(c, sun, (u32)(shine > most ? most : shine));
    s32 foam = h[i] - 110;
    if (foam > 0) c = between(c, white, foam > 80 ? 160 : (u32)foam * 2);
    v->place[0] = (u32)x << 16 | ((u32)h[i] & 0xffff);
    v->place[1] = (u32)(z * UNIT) << 16;
    *(u32 *)&v->color = (c.rb & 0xff0000) << 8 | c.g << 16 | (c.rb & 0xff) << 8 | 255;
  }
}

/** The next band's first row is the last one's where both have columns. */
static void join(struct Vertex *v, const struct Vertex *last) {
  for (u32 i = 0; i < COLUMNS; i += 2) v[MIDDLE / 2 + i / 2] = last[i];
}

/** Half a row to the next; to the next band's first row, which has every second column alone; ten facets. */
static u32 woven[2 * MIDDLE + 2], sewn[3 * MIDDLE + 2], facets[12];

void startSea(void) {
  list = woven;
  for (u32 i = 0; i < MIDDLE; i++) triangles(i, i + 16, i + 1, i + 1, i + 16, i + 17);
  end();
  list = sewn;
  for (u32 i = 0; i < MIDDLE; i += 2) {
    triangles(i, i + 16, i + 1, i + 1, i + 18, i + 2);
    triangle(i + 1, i + 16, i + 18);
  }
  end();
  list = facets;
  for (u32 i = 0; i < AT_ONCE * 6; i += 6) triangles(i, i + 1, i + 2, i + 3, i + 4, i + 5);
  end();
}

static void connect(const struct Vertex *a, const struct Vertex *b, const u32 *how) {
  for (u32 from = 0; from < COLUMNS - 1; from += MIDDLE) {
    load(a + from, MIDDLE + 1, 0);
    load(b + from, MIDDLE + 1, 16);
    call(how);
  }
}

static inline void corner(struct Vertex *v, const struct Vertex *at, struct Color color) {
  v->place[0] = at->place[0];
  v->place[1] = at->place[1];
  v->color = color;
}

/** Near the boat the sea is of facets, each of one colour. */
static void facet(const struct Vertex *a, const struct Vertex *b) {
  for (u32 from = 0; from < COLUMNS - 1; from += AT_ONCE) {
    struct Vertex *v = vertices(AT_ONCE * 6);
    load(v, AT_ONCE * 6, 0);
    call(facets);
    for (u32 i = 0; i < AT_ONCE; i++, a++, b++, v += 6) {
      corner(v, a, a[0].color);
      corner(v + 1, b, a[0].color);
      corner(v + 2, a + 1, a[0].color);
      corner(v + 3, a + 1, b[1].color);
      corner(v + 4, b, b[1].color);
      corner(v + 5, b + 1, b[1].color);
    }
  }
}

void drawSea(fix baseX, fix baseZ) {
  static s32 h[2][COLUMNS];
  const struct Vertex *last = 0;
  for (const struct Band *band = bands; band < bands + 4; band++) {
    heights(h[1], band, baseX, baseZ, band->from - band->cell);
    u32 now = 0;
    for (s32 z = band->from; z <= band->to; z += band->cell, now ^= 1) {
      heights(h[now], band, baseX, baseZ, z);
      struct Vertex *v = vertices(COLUMNS);
      drawRow(v, h[now], h[now ^ 1], band, z, baseX, baseZ);
      if (z == band->from && last) join(v, last);
      if (z == band->to && z != FAR) connect(last, v, sewn);
      else if (z > band->from && band->cell <= FACETED) facet(last, v);
      else if (z > band->from) connect(last, v, woven);
      last = v;
    }
  }
}
