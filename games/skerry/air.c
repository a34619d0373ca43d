// What is seen through: foam, the wake, glows, the lighthouse's beam, gulls, rain.
#include "sea.h"
#include "scene.h"

enum { TRAIL = 24, EVERY = 3 };
static const struct Color foamColor = {236, 246, 250, 0};

/** Where the boat was, the newest first. */
static struct {
  fix x, z;
  s32 y;
} trail[TRAIL];

static s32 over(fix x, fix z) { return (seaHeight(x, z) >> 8) + 12; }

static void wake(void) {
  if (W->frame % EVERY == 0) {
    for (u32 i = TRAIL - 1; i; i--) trail[i] = trail[i - 1];
    trail[0].x = W->x;
    trail[0].z = W->z - ONE;
  }
  for (u32 i = 0; i < TRAIL; i++) trail[i].y = over(trail[i].x, trail[i].z);
  for (s32 side = -1; side < 2; side += 2) {
    struct Vertex *v = vertices(TRAIL * 2);
    for (u32 i = 0; i < TRAIL; i++) {
      fix x = trail[i].x + side * (FIX(0.28) + (s32)i * 5200), z = trail[i].z;
      if (size(z - W->z) > FIX(20)) { // from another voyage
        x = W->x;
        z = W->z;
      }
      fix thick = FIX(0.16) + (s32)i * 1500;
      struct Color c = fade(foamColor, 170 - (s32)i * 170 / TRAIL);
      s32 y = trail[i].y;
      vertex(v + 2 * i, besideX(x), y, besideZ(z), c);
      vertex(v + 2 * i + 1, besideX(x + side * thick), y, besideZ(z), fade(c, c.a / 4));
    }
    strip(v, TRAIL);
  }
}

static void around(const struct Object *o) {
  s32 x = besideX(o->x), z = besideZ(o->z), y = over(o->x, o->z);
  s32 beat = sine((s32)(W->frame * 400) + o->look * 7777) >> 11;
  if (o->kind == ROCK) {
    s32 r = (o->size >> 8) * 150 / 100;
    disc(x, y + 10, z, r + beat, r + beat, 1, 0, fade(foamColor, 190), fade(foamColor, 0));
  } else if (o->kind == LANTERN) {
    struct Color glow = {255, 210, 110, 0};
    disc(x, y - 8, z - UNIT, UNIT * 3 / 4, UNIT * 3, 1, 0, fade(glow, 120), glow); // on the water
    disc(x, y + 345, z, 300 + beat, 300 + beat, 0, 0, fade(glow, 190), glow);
    disc(x, y + 345, z, 900, 800, 0, 0, fade(glow, 60), glow);
  } else if (o->kind == GLASS) {
    struct Color glow = {120, 255, 230, 0};
    disc(x, y, z, UNIT * 3 / 2, UNIT * 3 / 2, 1, 0, fade(glow, 90), glow);
    disc(x, y + 80, z, 420 + beat, 420 + beat, 0, 0, fade(glow, 130), glow);
    disc(x - 50, y + 150, z - 150, 40, 30, 0, 0, fade((struct Color){255, 255, 255, 0}, 230), fade(glow, 60));
  } else if (o->kind == LIGHTHOUSE) {
    disc(x, y, z, UNIT * 7, UNIT * 7, 1, 0, fade(foamColor, 170), foamColor);
    y = 2890;
    struct Color glow = {255, 240, 190, 0};
    for (s32 way = 0; way < 2; way++) {
      s32 turn = (s32)(W->frame * 300) + way * 32768;
      struct Vertex *v = vertices(6);
      s32 dx = sine(turn) >> 4, dz = cosine(turn) >> 4;
      for (s32 k = 0; k < 3; k++) { // an edge, the middle, an edge
        s32 spread = (k - 1) * 420;
        vertex(v + 2 * k, x, y + (k - 1) * 30, z, fade(glow, k == 1 ? 190 : 40));
        vertex(v + 2 * k + 1, clamp(x + dx * 3, -32000, 32000), y + spread, clamp(z + dz * 3, -32000, 32000), fade(glow, 0));
      }
      strip(v, 3);
    }
    disc(x, y, z, 900, 900, 0, 0, fade(glow, 220), glow);
  }
}

static void gulls(void) {
  struct Color white = blend((struct Color){250, 250, 250, 255}, look.haze, 60), grey = blend(white, look.middle, 120);
  for (u32 i = 0; i < 5; i++) {
    s32 turn = (s32)(W->frame * (60 + 7 * i)) + (s32)i * 9000;
    s32 x = mul((9 + (s32)i * 2) * UNIT, sine(turn)) + besideX(W->x), y = 1500 + (s32)i * 170 + (sine(turn * 3) >> 9);
    s32 z = (26 + (s32)i * 5) * UNIT + mul(6 * UNIT, cosine(turn)) + besideZ(W->z);
    s32 flap = sine((s32)(W->frame * 2600) + (s32)i * 17000) >> 9, wing = 230;
    s32 dx = cosine(turn) >> 12, dz = -sine(turn) >> 12;
    struct Vertex *v = vertices(6);
    for (s32 side = 0; side < 2; side++, v += 3) {
      s32 k = side ? 1 : -1;
      vertex(v, x + dx * 4, y, z + 50, white);
      vertex(v + 1, x - dx * 2, y - 10, z - 60, grey);
      vertex(v + 2, x + k * wing, y + flap, z + k * dz * 8, side ? white : grey);
    }
    faces(v - 6, 2);
  }
}

static void rain(void) {
  if (look.rain < 20) return;
  struct Color drop = fade((struct Color){190, 206, 214, 0}, look.rain / 3);
  for (u32 group = 0; group < 8; group++) {
    struct Vertex *v = vertices(30);
    for (u32 i = 0; i < 30; i += 3) {
      u32 r = hash(group * 32 + i + 1);
      s32 z = besideZ(W->z) - UNIT * 5 + (s32)(r & 4095);
      s32 x = besideX(W->x) + (s32)(r >> 12 & 4095) - 2048;
      s32 y = 2600 - (s32)((W->frame * 150 + (r >> 20)) % 2800);
      vertex(v + i, x, y, z, fade(drop, 0));
      vertex(v + i + 1, x + 46, y - 330, z, drop);
      vertex(v + i + 2, x + 54, y - 330, z, drop);
    }
    faces(v, 10);
  }
}

void drawAir(void) {
  way(CLEAR);
  if (W->phase != SUNK) wake();
  for (const struct Object *o = W->objects; o < W->objects + OBJECTS; o++) {
    fix ahead = o->z - W->z;
    if (o->kind != NONE && !o->state && ahead > FIX(-6) && ahead < FIX(VIEW)) around(o);
  }
  gulls();
  rain();
  if (W->phase == SAIL || W->phase == HOME) { // the boat's own lantern
    struct Color glow = {255, 200, 110, 0};
    s32 x = besideX(W->x), y = (W->y >> 8) + 230, z = besideZ(W->z) - 420;
    disc(x, y, z, 26, 30, 0, 0, fade((struct Color){255, 240, 190, 0}, 255), fade(glow, 190));
    disc(x, y, z, 230, 230, 0, 0, fade(glow, 130), glow);
  }
}
