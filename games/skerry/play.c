// The rules.
#include "sea.h"

static void enter(u32 phase) {
  W->phase = phase;
  W->since = 0;
}

static void startLeg(void) {
  W->legEnd = W->z + LEG;
  struct Object *o = &W->objects[0]; // slot 0 is the lighthouse's
  *o = (struct Object){.x = FIX(13), .z = W->legEnd, .size = FIX(2), .kind = LIGHTHOUSE};
}

static void startVoyage(void) {
  W->random = hash(W->frame) | 1;
  W->draws = 0;
  W->x = W->z = 0;
  W->heading = 0;
  W->speed = FIX(0.08);
  W->wind = FIX(60);
  W->score = W->leg = W->lanterns = W->chain = W->glasses = W->glints = W->seen = W->hits = 0;
  W->hull = 5;
  W->safe = W->gust = W->gustLeft = W->shake = W->shine = 0;
  W->removed = 0;
  for (u32 i = 0; i < OBJECTS; i++) W->objects[i].kind = NONE;
  W->next = 0;
  W->charted = FIX(24);
  startLeg();
  enter(SAIL);
}

/** Now and then the wind blows across. */
static void blow(void) {
  if (W->gustLeft > 0) W->gustLeft--;
  else {
    u32 r = random();
    W->gustLeft = 60 + (s32)(r & 63);
    W->gust = (s32)(r >> 8 & 4095) - 2048;
    if (look.rain > 128) W->gust = W->gust * 3 / 2;
    if (size(W->gust) > 1500) effect(EFFECT_GUST);
  }
}

static void steer(void) {
  s32 want = clamp(W->stickX, -80, 80) * 110;
  if (W->held & PAD_LEFT) want = -8800;
  if (W->held & PAD_RIGHT) want = 8800;
  W->heading += (want - W->heading) / 14;
  fix pace = FIX(0.15) + W->leg * FIX(0.011);
  if (W->held & PAD_A && W->wind > ONE) {
    pace += pace / 2;
    W->wind -= FIX(0.35);
  } else if (W->held & PAD_B) pace -= pace / 3;
  W->wind = clamp(W->wind + FIX(0.02), 0, FIX(100));
  W->speed += (pace - W->speed) >> 5;
  W->x += mul(W->speed, sine(W->heading)) + W->gust;
  W->z += mul(W->speed, cosine(W->heading));
  W->x = clamp(W->x, -SHORE, SHORE);
}

/** It lies on the water as the water is. */
static void float_(void) {
  fix y = seaHeight(W->x, W->z);
  fix bow = seaHeight(W->x, W->z + ONE), side = seaHeight(W->x + ONE, W->z);
  W->y += (y - W->y) >> 2;
  W->pitch += (((bow - y) >> 4) - W->pitch) >> 3;
  W->bank += (((y - side) >> 4) + W->heading / 8 + (W->gust >> 1) - W->bank) >> 3;
}

static void crash(struct Object *o) {
  W->hits++;
  W->hull--;
  W->chain = 0;
  W->safe = 90;
  W->shake = 30;
  W->speed >>= 2;
  W->x += o->x < W->x ? FIX(0.6) : FIX(-0.6);
  burst(W->x, W->y + ONE / 2, W->z + ONE, (struct Color){230, 244, 255, 255}, 120);
  effect(EFFECT_CRASH);
}

static void meet(struct Object *o) {
  fix dx = (o->x - W->x) >> 8, dz = (o->z - W->z) >> 8; // in 1/256 m
  s32 apart = (dx * dx + dz * dz) >> 8;
  if (o->kind == ROCK) {
    s32 reach = (o->size >> 8) + 110;
    if (!W->safe && apart < reach * reach >> 8) crash(o);
  } else if (o->kind == LANTERN && apart < 560) {
    o->state = 1;
    W->lanterns++;
    if (W->chain < 9) W->chain++;
    W->score += 20 * W->chain;
    W->wind = clamp(W->wind + FIX(9), 0, FIX(100));
    burst(o->x, W->y + ONE, o->z, (struct Color){255, 214, 110, 255}, 24);
    effect(EFFECT_LANTERN);
  } else if (o->kind == GLASS && apart < 560) {
    o->state = 1;
    lookIntoGlass();
    effect(EFFECT_GLASS);
  }
}

static void sail(void) {
  blow();
  steer();
  if (W->safe) W->safe--;
  for (struct Object *o = W->objects; o < W->objects + OBJECTS; o++) {
    if (o->kind == NONE || o->state || size(o->z - W->z) > FIX(6)) continue;
    meet(o);
  }
  if (W->hull <= 0) {
    effect(EFFECT_SUNK);
    enter(SUNK);
  } else if (W->z >= W->legEnd) {
    W->score += 200 + W->hull * 100;
    W->leg++;
    effect(EFFECT_LEG);
    if (W->leg == LEGS) enter(HOME);
    else {
      if (W->hull < 5) W->hull++;
      startLeg();
    }
  }
  while (W->phase == SAIL && W->charted < W->z + FIX(VIEW)) chart();
}

void play(void) {
  W->frame++;
  W->since++;
  if (W->shake) W->shake--;
  if (W->shine) W->shine--;
  if (W->score > W->best) W->best = W->score;
  moveSparks();
  moveLook();
  if (W->phase == SAIL) sail();
  else {
    W->heading -= W->heading >> 4;
    W->speed += ((W->phase == SUNK ? 0 : FIX(0.1)) - W->speed) >> 5;
    W->z += W->speed;
  }
  float_();
  if (W->phase == SUNK) {
    s32 deep = W->since < 200 ? (s32)W->since : 200;
    W->y -= deep * 1200;
    W->bank += deep * 30;
  }
  if (W->phase == HOME && W->since % 40 == 20) {
    struct Color colors[3] = {{255, 120, 90, 255}, {120, 255, 190, 255}, {255, 230, 120, 255}};
    burst(W->x + (fix)(random() & 0xfffff) - FIX(8), FIX(7), W->z + FIX(18), colors[random() % 3], 48);
    effect(EFFECT_LANTERN);
  }
  if (!(W->pressed & PAD_START) || W->since < 30) return;
  if (W->phase == TITLE) startVoyage();
  else if (W->phase != SAIL && W->since > 120) {
    W->leg = 0;
    W->objects[0].kind = NONE;
    enter(TITLE);
  }
}
