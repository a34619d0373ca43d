// Ship, rings, rocks, crystals: made once, as words for the geometry engine.
#include "game.h"

enum { AROUND = 18, TUBE = 6, ROCK_KINDS = 3, ROCK_FACES = 20 };

static u32 ringWords[TUBE * (AROUND + 1) * 6];
static u32 rockWords[ROCK_KINDS][ROCK_FACES * 7];
static u32 crystalWords[8 * 7];

struct Point { fix x, y, z; };

static u32 packed(struct Point p) { // 1.0.9 bits each
  s32 x = clamp(p.x >> 3, -511, 511), y = clamp(p.y >> 3, -511, 511), z = clamp(p.z >> 3, -511, 511);
  return (u32)(x & 1023) | (u32)(y & 1023) << 10 | (u32)(z & 1023) << 20;
}

static struct Point unit(struct Point p) {
  fix length = root(mul(p.x, p.x) + mul(p.y, p.y) + mul(p.z, p.z)) + 1;
  return (struct Point){over(p.x, length), over(p.y, length), over(p.z, length)};
}

/** Across a triangle, towards those who see it turn left. */
static struct Point across(struct Point a, struct Point b, struct Point c) {
  struct Point u = {b.x - a.x, b.y - a.y, b.z - a.z}, v = {c.x - a.x, c.y - a.y, c.z - a.z};
  return unit((struct Point){mul(u.y, v.z) - mul(u.z, v.y), mul(u.z, v.x) - mul(u.x, v.z), mul(u.x, v.y) - mul(u.y, v.x)});
}

static u32 *put(u32 *to, struct Point p) {
  *to++ = (u32)(p.x & 0xffff) | (u32)p.y << 16;
  *to++ = (u32)(p.z & 0xffff);
  return to;
}

/** A triangle around the origin, turned so that its outside is seen. */
static u32 *face(u32 *to, struct Point a, struct Point b, struct Point c) {
  struct Point n = across(a, b, c);
  if (mul(n.x, a.x) + mul(n.y, a.y) + mul(n.z, a.z) < 0) {
    struct Point other = b;
    b = c;
    c = other;
    n = (struct Point){-n.x, -n.y, -n.z};
  }
  *to++ = packed(n);
  return put(put(put(to, a), b), c);
}

static void makeRing(void) {
  u32 *to = ringWords;
  for (s32 t = 0; t < TUBE; t++)
    for (s32 a = 0; a <= AROUND; a++)
      for (s32 side = 1; side >= 0; side--) {
        s32 turn = (t + side) * 1024 / TUBE, along = a * 1024 / AROUND;
        fix r = ONE + mul(FIX(0.14), cosine(turn)), z = mul(FIX(0.14), sine(turn));
        *to++ = packed((struct Point){mul(cosine(turn), cosine(along)), mul(cosine(turn), sine(along)), sine(turn)});
        to = put(to, (struct Point){mul(r, cosine(along)), mul(r, sine(along)), z});
      }
}

static void makeRocks(void) {
  static const u8 faces[ROCK_FACES][3] = {
      {0, 1, 2}, {0, 2, 3}, {0, 3, 4}, {0, 4, 5}, {0, 5, 1}, {1, 6, 2}, {2, 7, 3}, {3, 8, 4}, {4, 9, 5}, {5, 10, 1},
      {2, 6, 7}, {3, 7, 8}, {4, 8, 9}, {5, 9, 10}, {1, 10, 6}, {11, 6, 7}, {11, 7, 8}, {11, 8, 9}, {11, 9, 10}, {11, 10, 6}};
  for (s32 kind = 0; kind < ROCK_KINDS; kind++) {
    struct Point p[12];
    for (s32 i = 0; i < 12; i++) { // an icosahedron: two poles, two rings of five
      fix r = FIX(0.62) + (fix)(hash((u32)(i * 31 + kind * 1000)) & 1535);
      fix y = i == 0 ? ONE : i == 11 ? -ONE : i < 6 ? FIX(0.4472) : FIX(-0.4472);
      fix flat = i == 0 || i == 11 ? 0 : FIX(0.8944);
      s32 turn = (i < 6 ? i - 1 : i - 6) * 1024 / 5 + (i < 6 ? 0 : 102);
      p[i] = (struct Point){mul(mul(flat, cosine(turn)), r), mul(y, r), mul(mul(flat, sine(turn)), r)};
    }
    u32 *to = rockWords[kind];
    for (s32 f = 0; f < ROCK_FACES; f++) to = face(to, p[faces[f][0]], p[faces[f][1]], p[faces[f][2]]);
  }
}

static void makeCrystal(void) {
  u32 *to = crystalWords;
  for (s32 n = 0; n < 8; n++) {
    s32 turn = (n & 3) * 256;
    struct Point tip = {0, n < 4 ? FIX(0.75) : FIX(-0.75), 0};
    struct Point a = {mul(FIX(0.42), cosine(turn)), 0, mul(FIX(0.42), sine(turn))};
    struct Point b = {mul(FIX(0.42), cosine(turn + 256)), 0, mul(FIX(0.42), sine(turn + 256))};
    to = face(to, tip, a, b);
  }
}

void makeModels(void) {
  makeRing();
  makeRocks();
  makeCrystal();
}

static void triangles(const u32 *from, u32 count) {
  BEGIN_VTXS = TRIANGLES;
  while (count--) {
    NORMAL = *from++;
    for (u32 i = 0; i < 6; i++) VTX_16 = *from++;
  }
}

/** A part of the ship; hulls are not around the origin, so their sides are given in the right order. */
static void plate(struct Point a, struct Point b, struct Point c) {
  NORMAL = packed(across(a, b, c));
  vertex(a.x, a.y, a.z);
  vertex(b.x, b.y, b.z);
  vertex(c.x, c.y, c.z);
}

#define P(x, y, z) ((struct Point){FIX(x), FIX(y), FIX(z)})
static void half(s32 side) { // the left half mirrors the right one
  struct Point nose = P(0, 0, -0.95), top = P(0, 0.2, 0.25), back = P(0, 0.1, 0.55), belly = P(0, -0.1, 0.4);
  struct Point rib = {side * FIX(0.24), 0, FIX(0.5)}, tip = {side * FIX(0.95), FIX(-0.05), FIX(0.62)}, root = {side * FIX(0.16), 0, FIX(-0.3)};
  struct Point fin = {side * FIX(0.34), FIX(0.42), FIX(0.72)}, finRoot = {side * FIX(0.2), FIX(0.05), FIX(0.15)};
#define PLATE(a, b, c) (side > 0 ? plate(a, c, b) : plate(a, b, c))
  material(RGB(27, 28, 31), RGB(11, 11, 15), 0);
  PLATE(nose, rib, top);
  PLATE(top, rib, back);
  material(RGB(12, 12, 18), RGB(5, 5, 9), 0);
  PLATE(nose, belly, rib);
  PLATE(back, rib, belly);
  material(RGB(6, 20, 31), RGB(3, 9, 14), 0);
  PLATE(root, tip, rib);
  PLATE(root, rib, tip);
  material(RGB(31, 9, 12), RGB(14, 4, 5), 0);
  PLATE(finRoot, rib, fin);
  PLATE(finRoot, fin, rib);
}

static void turned(s32 turn, u32 axis) {
  fix c = cosine(turn), s = sine(turn);
  fix y[9] = {c, 0, -s, 0, ONE, 0, s, 0, c}, z[9] = {c, s, 0, -s, c, 0, 0, 0, ONE}, x[9] = {ONE, 0, 0, 0, c, s, 0, -s, c};
  const fix *m = axis == 1 ? y : axis == 2 ? z : x;
  for (u32 i = 0; i < 9; i++) MTX_MULT_3x3 = (u32)m[i];
}

void drawShip(void) {
  if (world.safe & 4) return;
  MTX_PUSH = 0;
  MTX_TRANS = (u32)world.x;
  MTX_TRANS = (u32)world.y;
  MTX_TRANS = (u32)-world.z;
  turned(-world.bank / 6, 2);
  turned(world.vy / 6, 0);
  turned(-world.bank / 8, 1);
  POLYGON_ATTR = POLY_LIGHTS | POLY_FRONT | POLY_ALPHA(31) | POLY_ID(3);
  BEGIN_VTXS = TRIANGLES;
  half(1);
  half(-1);
  s32 flame = FIX(0.5) + world.speed * 2 + (sine((s32)world.frame * 200) >> 3);
  POLYGON_ATTR = POLY_BACK | POLY_FRONT | POLY_ALPHA(22) | POLY_ID(4);
  BEGIN_VTXS = TRIANGLES;
  for (s32 side = -1; side <= 1; side += 2) {
    COLOR = RGB(31, 29, 18);
    vertex(side * FIX(0.02), FIX(0.02), FIX(0.52));
    vertex(side * FIX(0.22), FIX(0.02), FIX(0.52));
    COLOR = world.held & KEY_A ? RGB(6, 20, 31) : RGB(31, 8, 6);
    vertex(side * FIX(0.12), FIX(0.02), FIX(0.52) + flame);
  }
  MTX_POP = 1;
}

static void goTo(const struct Object *o) {
  MTX_TRANS = (u32)o->x;
  MTX_TRANS = (u32)o->y;
  MTX_TRANS = (u32)-o->z;
}

static void scale(fix by) {
  for (u32 i = 0; i < 3; i++) MTX_SCALE = (u32)by;
}

static void drawRing(fix by) {
  scale(by);
  const u32 *from = ringWords;
  for (u32 t = 0; t < TUBE; t++) {
    BEGIN_VTXS = QUAD_STRIP;
    for (u32 n = 0; n < 2 * (AROUND + 1); n++) {
      NORMAL = *from++;
      VTX_16 = *from++;
      VTX_16 = *from++;
    }
  }
}

/** What is not gone yet, in the place of the camera's matrix. */
void drawObject(const struct Object *o) {
  s32 turn = (s32)(world.frame * 8) + o->x;
  u32 fog = POLY_FOG | POLY_FRONT | POLY_LIGHTS;
  MTX_PUSH = 0;
  goTo(o);
  if (o->kind == RING && o->state) {
    POLYGON_ATTR = POLY_FRONT | POLY_LIGHTS | POLY_ALPHA(28u - 2u * o->state) | POLY_ID(5);
    material(RGB(31, 31, 20), RGB(20, 20, 10), RGB(12, 12, 4));
    drawRing(ONE + o->state * FIX(0.04));
  } else if (o->kind == RING) {
    POLYGON_ATTR = fog | POLY_ALPHA(31) | POLY_ID(6);
    if (o->z < world.z) material(RGB(14, 10, 12), RGB(6, 4, 6), 0);
    else material(RGB(31, 24, 4), RGB(14, 8, 2), RGB(6, 3, 0));
    turned(sine((s32)(world.frame * 5) + o->x) >> 6, 1);
    drawRing(ONE);
  } else if (o->kind == GATE) {
    POLYGON_ATTR = fog | POLY_ALPHA(31) | POLY_ID(6);
    material(RGB(10, 31, 26), RGB(4, 14, 12), RGB(0, 8, 7));
    turned((s32)world.frame * 2, 2);
    drawRing(FIX(4.6));
  } else if (o->kind == ROCK && !o->state) {
    POLYGON_ATTR = fog | POLY_ALPHA(31) | POLY_ID(7);
    u32 kind = (u32)(o->y >> 6) % ROCK_KINDS;
    if (kind == 0) material(RGB(21, 13, 13), RGB(8, 5, 9), 0);
    else if (kind == 1) material(RGB(24, 17, 12), RGB(9, 6, 8), 0);
    else material(RGB(17, 14, 20), RGB(7, 5, 10), 0);
    turned(turn / 3, 0);
    turned(turn, 1);
    scale(FIX(0.95));
    triangles(rockWords[kind], ROCK_FACES);
  } else if (o->kind == CRYSTAL && !o->state) {
    POLYGON_ATTR = fog | POLY_ALPHA(31) | POLY_ID(8);
    material(RGB(6, 28, 31), RGB(3, 12, 16), RGB(0, 6, 9));
    turned(turn * 2, 1);
    triangles(crystalWords, 8);
  }
  MTX_POP = 1;
}

/** Where the matrix is. */
void drawBolt(void) {
  static const fix long_[3] = {FIX(0.16), FIX(0.16), FIX(1.2)};
  POLYGON_ATTR = POLY_LIGHTS | POLY_FRONT | POLY_ALPHA(31) | POLY_ID(9);
  material(RGB(20, 31, 14), RGB(20, 31, 12), RGB(8, 31, 6));
  turned(256, 0);
  MTX_SCALE = (u32)long_[0];
  MTX_SCALE = (u32)long_[2];
  MTX_SCALE = (u32)long_[1];
  triangles(crystalWords, 8);
}
