#include "game.h"

struct Spark sparks[SPARKS];
static u32 oldest;

enum { BATCH = 16, STEADY = 128, LAST_LINE = 210 };

/** Lines since the vertical blank began. */
static s32 line(void) {
  s32 now = VCOUNT - FIRST_BLANK;
  return now < 0 ? now + LINES : now;
}

static void spark(void) {
  struct Spark *s = &sparks[oldest++ % SPARKS];
  s32 x, y, z;
  do { // a point in a ball: by trial, so how often it draws depends on what it draws
    u32 r = random();
    x = (s32)(r & 255) - 128;
    y = (s32)(r >> 8 & 255) - 128;
    z = (s32)(r >> 16 & 255) - 128;
  } while (x * x + y * y + z * z > 128 * 128);
  s->x = world.burstX;
  s->y = world.burstY;
  s->z = world.burstZ;
  s->vx = (s16)(x * 4);
  s->vy = (s16)(y * 4 + 120);
  s->vz = (s16)(z * 4 + (world.speed >> 1));
  s->life = (u8)(24 + (random() & 31));
  s->color = (u8)world.burst;
  world.sparks++;
}

/**
 * Sparks of what burst in this frame. When they are timed, batches are made until the beam is nearly through, new sparks
 * in place of the oldest: a faster processor makes more, and draws more random numbers.
 */
void makeSparks(void) {
  if (!world.burst) return;
  u32 made = 0;
  do {
    for (u32 n = 0; n < BATCH; n++) spark();
    made += BATCH;
  } while (world.timed ? line() < LAST_LINE : made < STEADY);
  world.burst = 0;
}

void moveSparks(void) {
  for (struct Spark *s = sparks; s < sparks + SPARKS; s++) {
    if (!s->life) continue;
    s->life--;
    s->x += s->vx;
    s->y += s->vy;
    s->z += s->vz;
    s->vy -= 14;
    if (s->y < FIX(0.1)) {
      s->y = FIX(0.1);
      s->vy = (s16)(-s->vy >> 1);
    }
  }
}
