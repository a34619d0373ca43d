#include "game.h"

enum { ROW = FIX(5), SIDE = FIX(5.2), LOW = FIX(0.7), HIGH = FIX(5) };

static void place(u32 kind, fix x, fix y, fix z, s32 vx) {
  struct Object *o = &W->objects[W->next];
  W->next = W->next % (OBJECTS - 1) + 1; // slot 0 is the gate's
  o->x = x;
  o->y = y;
  o->z = z;
  o->vx = (s16)vx;
  o->kind = (u8)kind;
  o->state = 0;
}

/** Somewhere from low to high. */
static fix between(fix low, fix high) { return low + (fix)((random() >> 8) * (s64)(high - low) >> 24); }

/** Rings, rocks and crystals of the next row ahead. */
static void placeRow(void) {
  fix z = W->nextRow;
  W->nextRow += ROW;
  if (z > COURSE - FIX(12)) return;
  u32 stretch = (u32)z / FIX(40);
  W->pathX = clamp(W->pathX + between(FIX(-1.7), FIX(1.7)), FIX(-4.2), FIX(4.2));
  W->pathY = clamp(W->pathY + between(FIX(-0.9), FIX(0.9)), FIX(1.2), FIX(4.2));
  u32 ring = stretch % 3 != 2 && (z / ROW) % 2 == 0;
  if (ring) place(RING, W->pathX, W->pathY, z, 0);
  u32 rocks = 1 + (random() % 3 == 0) + (z > COURSE / 2) + (stretch % 3 == 2);
  while (rocks--) {
    fix x = between(FIX(-5.4), FIX(5.4));
    fix y = between(FIX(0.4), FIX(4.8));
    fix drift = random() % 3 ? 0 : between(FIX(-0.02), FIX(0.02));
    if (size(x - W->pathX) < FIX(1.9) && size(y - W->pathY) < FIX(1.9)) continue; // the path stays open
    place(ROCK, x, y, z + between(FIX(-2), FIX(2)), drift);
  }
  if (!ring && random() % 5 == 0) place(CRYSTAL, W->pathX, W->pathY, z, 0);
}

void effect(u32 which) {
  MAILBOX_ARM9->effect = which;
  MAILBOX_ARM9->effects++;
}

static void burst(u32 color, fix x, fix y, fix z) {
  W->burst = color;
  W->burstX = x;
  W->burstY = y;
  W->burstZ = z;
}

static void enter(u32 phase) {
  W->phase = phase;
  W->since = 0;
}

void startFlight(void) {
  u32 timed = W->timed;
  u32 frame = W->frame;
  W->random = hash(frame) | 1;
  W->x = 0;
  W->y = FIX(2.2);
  W->z = 0;
  W->vx = W->vy = W->bank = 0;
  W->speed = FIX(0.12);
  W->score = W->rings = W->chain = W->missed = W->hits = W->broken = 0;
  W->sparks = W->safe = W->cooling = W->burst = W->shake = 0;
  W->energy = FIX(100);
  W->timed = timed;
  W->pathX = 0;
  W->pathY = FIX(2.2);
  W->nextRow = FIX(20);
  for (u32 i = 0; i < OBJECTS; i++) W->objects[i].kind = NONE;
  for (u32 i = 0; i < BOLTS; i++) W->bolts[i].life = 0;
  for (u32 i = 0; i < SPARKS; i++) sparks[i].life = 0;
  W->next = 0;
  place(GATE, 0, FIX(2.4), COURSE, 0);
  enter(FLIGHT);
  MAILBOX_ARM9->music = 2;
}

static void steer(void) {
  fix wantX = 0, wantY = 0;
  if (W->held & KEY_LEFT) wantX = FIX(-0.13);
  if (W->held & KEY_RIGHT) wantX = FIX(0.13);
  if (W->held & KEY_UP) wantY = FIX(0.1);
  if (W->held & KEY_DOWN) wantY = FIX(-0.1);
  if (MAILBOX_ARM9->touched && W->phase == FLIGHT) { // the map: 152 pixels across are 12 units, its height is altitude
    fix x = (MAILBOX_ARM9->touchX - 84) * FIX(12) / 152;
    fix y = (184 - MAILBOX_ARM9->touchY) * FIX(5.6) / 176;
    wantX = clamp((x - W->x) >> 3, FIX(-0.13), FIX(0.13));
    wantY = clamp((y - W->y) >> 3, FIX(-0.1), FIX(0.1));
  }
  W->vx += (wantX - W->vx) >> 2;
  W->vy += (wantY - W->vy) >> 2;
  W->x = clamp(W->x + W->vx, -SIDE, SIDE);
  W->y = clamp(W->y + W->vy, LOW, HIGH);
  W->bank += (W->vx - W->bank) >> 3;
}

static void shoot(void) {
  if (W->cooling) W->cooling--;
  if (!(W->held & KEY_B) || W->cooling || W->phase != FLIGHT) return;
  for (struct Bolt *b = W->bolts; b < W->bolts + BOLTS; b++) {
    if (b->life) continue;
    b->x = W->x;
    b->y = W->y;
    b->z = W->z + FIX(0.8);
    b->life = 32;
    W->cooling = 14;
    effect(EFFECT_SHOT);
    return;
  }
}

static void takeRing(struct Object *o) {
  o->state = 1;
  W->rings++;
  if (W->chain < 9) W->chain++;
  W->score += 50 * W->chain;
  burst(1, o->x, o->y, o->z);
  effect(EFFECT_RING);
}

static void hurt(struct Object *o) {
  o->state = 1;
  W->hits++;
  W->chain = 0;
  W->safe = 45;
  W->shake = 24;
  W->speed >>= 1;
  W->energy -= FIX(18);
  burst(2, o->x, o->y, o->z);
  effect(EFFECT_HIT);
}

/** What the ship and its bolts meet. */
static void meet(struct Object *o) {
  fix dz = o->z - W->z;
  fix dx = o->x - W->x;
  fix dy = o->y - W->y;
  if (o->kind == RING) {
    if (dz > 0 || dz <= -W->speed) return;
    if (mul(dx, dx) + mul(dy, dy) < FIX(1.2)) takeRing(o);
    else {
      W->missed++;
      W->chain = 0;
    }
  } else if (o->kind == CRYSTAL) {
    if (size(dz) > FIX(0.5) || mul(dx, dx) + mul(dy, dy) > FIX(1.2)) return;
    o->state = 1;
    W->energy = clamp(W->energy + FIX(20), 0, FIX(100));
    W->score += 100;
    burst(3, o->x, o->y, o->z);
    effect(EFFECT_CRYSTAL);
  } else if (o->kind == ROCK) {
    if (!W->safe && size(dz) < FIX(0.7) && mul(dx, dx) + mul(dy, dy) < FIX(0.85)) {
      hurt(o);
      return;
    }
    for (struct Bolt *b = W->bolts; b < W->bolts + BOLTS; b++) {
      if (!b->life || size(b->z - o->z) > FIX(0.9) || size(b->x - o->x) > FIX(0.85) || size(b->y - o->y) > FIX(0.85)) continue;
      o->state = 1;
      b->life = 0;
      W->broken++;
      W->score += 75;
      burst(2, o->x, o->y, o->z);
      effect(EFFECT_BREAK);
      return;
    }
  }
}

static void moveObjects(void) {
  for (struct Bolt *b = W->bolts; b < W->bolts + BOLTS; b++) {
    if (!b->life) continue;
    b->life--;
    b->z += W->speed + FIX(0.9);
  }
  for (struct Object *o = W->objects; o < W->objects + OBJECTS; o++) {
    if (o->kind == NONE || o->kind == GATE) continue;
    if (o->z < W->z - FIX(4) || (o->state && o->kind != RING) || o->state > 12) {
      o->kind = NONE;
      continue;
    }
    o->x += o->vx;
    if (size(o->x) > FIX(5.6)) o->vx = (s16)-o->vx;
    if (o->state) o->state++;
    else if (W->phase == FLIGHT) meet(o);
  }
}

static void fly(void) {
  u32 boost = W->held & KEY_A && W->energy > FIX(8) && W->phase == FLIGHT;
  fix want = W->phase == LOST ? 0 : boost ? FIX(0.36) : FIX(0.25);
  W->speed += (want - W->speed) >> 5;
  if (W->phase == FLIGHT) W->energy = clamp(W->energy + (boost ? FIX(-0.06) : FIX(0.015)), FIX(-1), FIX(100));
  if (W->safe) W->safe--;
  if (W->shake) W->shake--;
  W->z += W->speed;
  steer();
  shoot();
  while (W->z + VIEW > W->nextRow) placeRow();
  moveObjects();
  if (W->phase == LOST && W->y > FIX(0.35)) W->y -= FIX(0.03);
}

void play(void) {
  W->frame++;
  W->since++;
  moveSparks();
  if (W->phase == TITLE) {
    W->z += FIX(0.1);
    if (W->pressed & (KEY_LEFT | KEY_RIGHT | KEY_UP | KEY_DOWN)) W->timed ^= 1;
    if ((W->pressed & (KEY_START | KEY_A) || MAILBOX_ARM9->touched) && W->since > 20) startFlight();
    return;
  }
  fly();
  if (W->phase == FLIGHT && W->energy < 0) {
    W->energy = 0;
    enter(LOST);
    effect(EFFECT_HIT);
    MAILBOX_ARM9->music = 0;
  }
  if (W->phase == FLIGHT && W->z >= COURSE) {
    enter(FINISHED);
    W->score += (W->energy >> 12) * 10;
    burst(1, W->x, W->y, W->z + FIX(3));
    effect(EFFECT_END);
    MAILBOX_ARM9->music = 1;
  }
  if (W->phase > FLIGHT && W->since > 120 && W->pressed & KEY_START) {
    W->z = 0;
    startGround();
    enter(TITLE);
    MAILBOX_ARM9->music = 1;
  }
}
