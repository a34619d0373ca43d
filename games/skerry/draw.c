// The picture: the camera, and what is drawn in which order.
#include "sea.h"
#include "scene.h"
#include "text.h"

enum { SPARKS = 256 };
/** Half a screen's height and width, as seen from one away, inverted. */
#define TALL FIX(2.3)
#define WIDE FIX(1.725)
#define NEAR 96
#define FAR_AWAY 32000

static u16 *const pictures[2] = {(u16 *)0x80200000, (u16 *)0x80240000};
u16 *shown;
fix baseX, baseZ;
static fix cameraX, cameraY;

struct Spark {
  fix x, y, z, vx, vy, vz;
  struct Color color;
  s32 life;
};
static struct Spark sparks[SPARKS];
static u32 oldest;

void startDrawing(void) {
  for (u32 i = 0; i < 2; i++)
    for (u32 n = 0; n < WIDTH * HEIGHT / 2; n++) REG(UNCACHED(pictures[i] + 2 * n)) = 0;
  shown = pictures[1];
  startGpu();
  startSea();
  startSky();
  startText();
  startModels();
}

void burst(fix x, fix y, fix z, struct Color color, u32 count) {
  while (count--) {
    s32 a, b, c;
    do { // a point in a ball: by trial, so how often it draws depends on what it draws
      u32 r = random();
      a = (s32)(r & 255) - 128;
      b = (s32)(r >> 8 & 255) - 128;
      c = (s32)(r >> 16 & 255) - 128;
    } while (a * a + b * b + c * c > 128 * 128);
    struct Spark *s = &sparks[oldest++ % SPARKS];
    *s = (struct Spark){x, y, z, a * 50, b * 50 + 6000, c * 50 + W->speed / 2, color, 40 + (s32)(random() & 31)};
  }
}

void moveSparks(void) {
  for (struct Spark *s = sparks; s < sparks + SPARKS; s++) {
    if (!s->life) continue;
    s->life--;
    s->x += s->vx;
    s->y += s->vy;
    s->z += s->vz;
    s->vy -= 260;
  }
}

void drawSparks(void) {
  struct Vertex *v = 0;
  u32 n = 0;
  for (const struct Spark *s = sparks; s < sparks + SPARKS; s++) {
    if (!s->life || size(s->z - W->z) > FIX(100) || size(s->x - W->x) > FIX(100)) continue;
    if (!n) v = vertices(LOADED);
    s32 x = besideX(s->x), y = s->y >> 8, z = besideZ(s->z), r = 5 + s->life / 4;
    struct Color c = fade(s->color, s->life * 6);
    vertex(v + n, x - r, y, z, c);
    vertex(v + n + 1, x, y - r, z, c);
    vertex(v + n + 2, x + r, y, z, c);
    vertex(v + n + 3, x, y + r, z, c);
    n += 4;
    if (n == LOADED) {
      load(v, n, 0);
      for (u32 i = 0; i < n; i += 4) triangles(i, i + 1, i + 2, i, i + 2, i + 3);
      n = 0;
    }
  }
  if (n) load(v, n, 0);
  for (u32 i = 0; i < n; i += 4) triangles(i, i + 1, i + 2, i, i + 2, i + 3);
}

void place(s32 yaw, s32 pitch, s32 bank, fix scale, s32 x, s32 y, s32 z) {
  fix sy = sine(yaw), cy = cosine(yaw), sp = sine(pitch), cp = cosine(pitch);
  fix rows[3][3] = {{cosine(bank), -sine(bank), 0}, {sine(bank), cosine(bank), 0}, {0, 0, ONE}};
  s32 out[16];
  for (u32 i = 0; i < 3; i++) {
    fix *r = rows[i];
    fix b = mul(r[1], cp) + mul(r[2], sp), c = mul(r[2], cp) - mul(r[1], sp);
    out[4 * i] = mul(mul(r[0], cy) + mul(c, sy), scale);
    out[4 * i + 1] = mul(b, scale);
    out[4 * i + 2] = mul(mul(c, cy) - mul(r[0], sy), scale);
    out[4 * i + 3] = 0;
  }
  out[12] = x * ONE;
  out[13] = y * ONE;
  out[14] = z * ONE;
  out[15] = ONE;
  model(out);
}

/** The camera at (x, y, z) in vertices' units, turned right by `yaw`, down by `pitch`. */
static void look_(s32 x, s32 y, s32 z, s32 yaw, s32 pitch) {
  fix sy = sine(yaw), cy = cosine(yaw), sp = sine(pitch), cp = cosine(pitch);
  const fix axes[3][3] = {{cy, 0, -sy}, {mul(sy, sp), cp, mul(cy, sp)}, {mul(sy, cp), -sp, mul(cy, cp)}};
  static const fix scale[3] = {WIDE, TALL, (fix)(65536.0 * (FAR_AWAY + NEAR) / (FAR_AWAY - NEAR))};
  s32 out[16];
  for (u32 column = 0; column < 4; column++) {
    const fix *axis = axes[column < 3 ? column : 2];
    fix by = column < 3 ? scale[column] : ONE;
    for (u32 i = 0; i < 3; i++) out[4 * i + column] = mul(axis[i], by);
    out[12 + column] = -(x * out[column] + y * out[4 + column] + z * out[8 + column]);
  }
  out[14] -= (s32)(65536.0 * 2 * FAR_AWAY * NEAR / (FAR_AWAY - NEAR));
  camera(out);
}

void draw(void) {
  u16 *picture = pictures[W->frame & 1];
  baseX = (W->x + 2 * ONE) & ~(4 * ONE - 1);
  baseZ = W->z & ~(4 * ONE - 1);
  cameraX += (W->x - cameraX) >> 3;
  if (size(W->x - cameraX) > FIX(8)) cameraX = W->x;
  fix high = FIX(2.7) + clamp(W->y, -ONE, 3 * ONE) / 2;
  cameraY += (high - cameraY) >> 4;
  s32 shake = W->shake ? mul(sine((s32)W->shake * 9000), W->shake * 16) : 0;
  s32 yaw = W->heading / 12, pitch = 900 + shake;
  if (W->phase == TITLE) yaw = sine((s32)W->frame * 50) >> 6;
  beginList(picture);
  place(0, 0, 0, ONE, 0, 0, 0);
  look_(0, 0, 0, yaw, pitch); // the sky is as far from everywhere
  drawSky();
  look_(besideX(cameraX), cameraY >> 8, besideZ(W->z) - BEHIND * UNIT, yaw, pitch);
  way(SOLID);
  drawSea(baseX, baseZ);
  drawModels();
  place(0, 0, 0, ONE, 0, 0, 0);
  drawAir();
  drawSparks();
  drawScreens();
  runList();
  shown = picture;
}
