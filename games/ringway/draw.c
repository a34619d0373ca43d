// The upper screen's picture, by the geometry engine.
#include "game.h"

void material(u32 diffuse, u32 ambient, u32 emission) {
  DIF_AMB = diffuse | ambient << 16;
  SPE_EMI = emission << 16;
}

static void load(const fix *m) {
  for (u32 i = 0; i < 16; i++) MTX_LOAD_4x4 = (u32)m[i];
}

static void light(u32 id, s32 x, s32 y, s32 z, u32 color) { // x, y, z: 0.9 bits
  LIGHT_VECTOR = (u32)(x & 1023) | (u32)(y & 1023) << 10 | (u32)(z & 1023) << 20 | id << 30;
  LIGHT_COLOR = color | id << 30;
}

void startDrawing(void) {
  DISP3DCNT = 1 << 3 | 1 << 4 | 1 << 7 | 5 << 8; // blending, smooth edges, fog of 32 steps of one unit
  VIEWPORT = 255u << 16 | 191u << 24;
  CLEAR_COLOR = HAZE | 31u << 16 | 63u << 24;
  CLEAR_DEPTH = 0x7fff;
  FOG_COLOR = HAZE | 31u << 16;
  FOG_OFFSET = 96;
  for (u32 n = 0; n < 32; n++) FOG_TABLE(n) = (u8)(n * n * 127 / (31 * 31));
  makeModels();
  startGround();
}

static void project(void) { // as wide as 1 to 1.15, from 0.25 to 64 units
  static const fix m[16] = {FIX(1.15), 0, 0, 0, 0, FIX(1.5333), 0, 0, 0, 0, FIX(-1.00784), -ONE, 0, 0, FIX(-0.50196), 0};
  MTX_MODE = 0;
  load(m);
  MTX_MODE = 2;
}

static void drawSparks(void) {
  static const u16 colors[4] = {0, RGB(31, 28, 8), RGB(31, 15, 5), RGB(10, 28, 31)};
  POLYGON_ATTR = POLY_BACK | POLY_FRONT | POLY_ALPHA(26) | POLY_ID(10);
  BEGIN_VTXS = QUADS;
  for (const struct Spark *s = sparks; s < sparks + SPARKS; s++) {
    fix z = world.z - s->z;
    if (!s->life || z > FIX(3) || z < FIX(-40)) continue;
    s32 r = 40 + s->life * 4;
    COLOR = s->life > 40 ? RGB(31, 31, 26) : colors[s->color];
    // In sixteenths about the ship: the engine's numbers reach no further than 8.
    s32 x = s->x >> 4, y = s->y >> 4;
    z >>= 4;
    r >>= 4;
    vertex(x - r, y, z);
    vertex(x, y - r, z);
    vertex(x + r, y, z);
    vertex(x, y + r, z);
  }
}

void draw(void) {
  const struct World *w = &world;
  project();
  MTX_IDENTITY = 0;
  fix roll = w->bank / 40;
  fix m[16] = {ONE, -roll, 0, 0, roll, ONE, 0, 0, 0, 0, ONE, 0, 0, 0, 0, ONE};
  load(m);
  drawSky();
  light(0, 220, -380, -260, RGB(31, 29, 27));
  light(1, -300, 60, 400, RGB(20, 8, 16));
  fix back = w->phase == TITLE ? FIX(2.2) : FIX(3.1), eye = w->phase == TITLE ? FIX(2.6) : mul(w->y, FIX(0.8)) + FIX(1.25);
  fix side = w->phase == TITLE ? 0 : mul(w->x, FIX(0.85));
  if (w->shake) eye += mul(sine((s32)w->shake * 200), FIX(0.008) * (s32)w->shake);
  fix cameraZ = w->z - back;
  MTX_TRANS = (u32)-side;
  MTX_TRANS = (u32)-eye;
  MTX_TRANS = 0;
  drawGround(cameraZ);
  MTX_TRANS = 0;
  MTX_TRANS = 0;
  MTX_TRANS = (u32)cameraZ;
  if (w->phase != TITLE) {
    for (const struct Object *o = w->objects; o < w->objects + OBJECTS; o++) {
      if (o->kind != NONE && o->z < w->z + VIEW && o->z > cameraZ) drawObject(o);
    }
    for (const struct Bolt *b = w->bolts; b < w->bolts + BOLTS; b++) {
      if (!b->life) continue;
      MTX_PUSH = 0;
      MTX_TRANS = (u32)b->x;
      MTX_TRANS = (u32)b->y;
      MTX_TRANS = (u32)-b->z;
      drawBolt();
      MTX_POP = 1;
    }
    drawShip();
    MTX_TRANS = 0;
    MTX_TRANS = 0;
    MTX_TRANS = (u32)-w->z;
    for (u32 i = 0; i < 3; i++) MTX_SCALE = 16 * ONE;
    drawSparks();
  } else { // a ring turns behind the title
    static struct Object ring = {.kind = RING};
    ring.y = FIX(2.6);
    ring.z = w->z + FIX(1.6);
    drawObject(&ring);
  }
  SWAP_BUFFERS = 2; // depth by W
}
