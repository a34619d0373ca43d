#include "game.h"

struct Spark sparks[SPARKS];
static u32 oldest;

/** What a burst has at most, by what bursts; a steady one has no more than STEADY. */
static const u32 most[4] = {0, 160, 384, 160};
enum { BATCH = 32, STEADY = 96, LAST_LINE = 210 };

/** Lines since the vertical blank began. */
static s32 line(void) {
  s32 now = VCOUNT - FIRST_BLANK;
  return now < 0 ? now + LINES : now;
}

static void step(struct Spark *s) {
  s->x += s->vx;
  s->y += s->vy;
  s->z += s->vz;
  s->vy -= 14;
  if (s->y > FIX(0.1)) return;
  s->y = FIX(0.1);
  s->vy = (s16)(-s->vy >> 1);
}

/** Frames until it comes to rest on the ground, found by flying it ahead; at most `most`. */
static u32 flight(struct Spark s, u32 most) {
  u32 frames = 0, touches = 0;
  while (frames < most && touches < 3) {
    step(&s);
    touches += s.y == FIX(0.1);
    frames++;
  }
  return frames;
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
  s->vx = (s16)(x * 5);
  s->vy = (s16)(y * 5 + 120);
  s->vz = (s16)(z * 5 + world.speed);
  s->life = (u8)flight(*s, 28 + (random() & 31));
  s->color = (u8)world.burst;
  world.sparks++;
}

/**
 * Sparks of what burst in this frame. When they are timed, batches are made until the beam is nearly through or there
 * are enough, new sparks in place of the oldest: a slower processor makes fewer, and draws fewer random numbers.
 */
void makeSparks(void) {
  if (!world.burst) return;
  u32 made = 0, enough = world.timed ? most[world.burst] : STEADY;
  do {
    for (u32 n = 0; n < BATCH; n++) spark();
    made += BATCH;
  } while (made < enough && (!world.timed || line() < LAST_LINE));
  world.burst = 0;
}

void moveSparks(void) {
  for (struct Spark *s = sparks; s < sparks + SPARKS; s++) {
    if (!s->life) continue;
    s->life--;
    step(s);
  }
}
