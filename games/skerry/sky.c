// What is far: the sky, the sun or moon, stars, northern lights, hills, clouds.
#include "scene.h"

enum { NEARLY_ALL = 100 * UNIT };

/** A point on the dome, `turn` to the right of north and `up` high. */
static void onDome(struct Vertex *v, s32 turn, s32 up, s32 radius, struct Color color) {
  s32 flat = mul(radius, cosine(up));
  vertex(v, mul(flat, sine(turn)), mul(radius, sine(up)), mul(flat, cosine(turn)), color);
}

enum { ROWS = 6, ACROSS = 13, STARS = 96 };
static struct Vertex air[ROWS - 1][ACROSS * 2] __attribute__((aligned(16)));
static struct Vertex heaven[STARS * 4] __attribute__((aligned(16)));

static u32 starList[STARS * 2 + STARS / 4 + 2];

void startSky(void) {
  static const s32 ups[ROWS] = {-12000, 0, 1000, 2800, 6000, 13000};
  for (u32 row = 0; row < ROWS - 1; row++)
    for (u32 i = 0; i < ACROSS * 2; i++) onDome(&air[row][i], ((s32)i / 2 - ACROSS / 2) * 2000, ups[row + (i & 1)], NEARLY_ALL, look.haze);
  for (u32 i = 0; i < STARS; i++) {
    u32 r = hash(i * 4 + 1);
    s32 big = (r & 0x80000000) ? 50 : 26;
    struct Vertex at;
    onDome(&at, (s32)(r & 16383) - 8192, 1100 + (s32)(r >> 14 & 1023) * 7, NEARLY_ALL - 512, look.sun);
    s32 x = (s32)at.place[0] >> 16, y = (s16)at.place[0], z = (s32)at.place[1] >> 16;
    for (u32 k = 0; k < 4; k++)
      vertex(heaven + 4 * i + k, x + (k == 1 ? big : k == 3 ? -big : 0), y + (k == 0 ? big : k == 2 ? -big : 0), z, look.sun);
  }
  list = starList;
  for (u32 i = 0; i < STARS; i++) {
    u32 at = i % 8 * 4;
    if (!at) load(heaven + 4 * i, LOADED, 0);
    triangles(at, at + 1, at + 2, at, at + 2, at + 3);
  }
  end();
}

static void dome(void) {
  const struct Color colors[ROWS] = {blend(look.deep, look.crest, 110), look.haze, blend(look.haze, look.middle, 120), look.middle,
                                     blend(look.middle, look.top, 150), look.top};
  for (u32 row = 0; row < ROWS - 1; row++) {
    for (u32 i = 0; i < ACROSS * 2; i++) air[row][i].color = colors[row + (i & 1)];
    strip(air[row], ACROSS);
  }
}

/** Each star twinkles on at every fourth frame. */
static void stars(void) {
  if (!look.stars) return;
  for (u32 i = W->frame & 3; i < STARS; i += 4) {
    u32 r = hash(i * 4 + 1);
    s32 bright = look.stars * (100 + (s32)(r >> 24 & 127)) >> 8;
    bright = mix(bright, bright >> 1, (sine((s32)(W->frame * 512 + r)) >> 9) + 128);
    struct Color color = {255, (u8)(230 + (r >> 28)), 255, (u8)bright};
    for (u32 k = 0; k < 4; k++) heaven[4 * i + k].color = color;
  }
  call(starList);
}

static void onDisc(const struct Vertex *at, s32 dx, s32 dy, s32 rx, s32 ry, u32 fine, struct Color middle, struct Color rim) {
  disc(((s32)at->place[0] >> 16) + dx, (s16)at->place[0] + dy, (s32)at->place[1] >> 16, rx, ry, 0, fine, middle, rim);
}

static void light(void) {
  struct Vertex at;
  onDome(&at, look.azimuth, look.elevation, NEARLY_ALL, look.sun);
  struct Color wide = blend(look.sun, look.haze, 100);
  onDisc(&at, 0, 0, 46 * UNIT, 34 * UNIT, 1, fade(wide, 120), fade(wide, 0));
  onDisc(&at, 0, 0, 15 * UNIT, 15 * UNIT, 1, fade(look.sun, 150), fade(look.sun, 0));
  onDisc(&at, 0, 0, 4 * UNIT, 4 * UNIT, 1, look.sun, look.sun);
  if (look.stars < 128) return;
  struct Color sea = fade(blend(look.sun, look.middle, 90), look.stars); // the moon's
  onDisc(&at, -UNIT, UNIT, UNIT, UNIT * 3 / 4, 0, sea, sea);
  onDisc(&at, UNIT * 3 / 2, -UNIT / 2, UNIT / 2, UNIT * 2 / 3, 0, sea, sea);
  onDisc(&at, -UNIT / 2, -UNIT * 2, UNIT * 2 / 3, UNIT / 2, 0, sea, sea);
}

/** Each curtain sways on at every third frame. */
static void northernLights(void) {
  static struct Vertex curtains[3][48] __attribute__((aligned(16)));
  if (!look.aurora) return;
  u32 n = W->frame % 3;
  s32 drift = (s32)(W->frame * (20 + 9 * n));
  struct Color color = n == 1 ? (struct Color){90, 220, 255, 0} : (struct Color){60, 255, 150, 0};
  for (u32 i = 0; i < 24; i++) {
    s32 sway = sine((s32)(i * 3700 + n * 21000) + drift) >> 6;
    s32 turn = ((s32)i - 12) * 900 + (sway >> 1), foot = 2100 + (s32)n * 1300 + sway;
    s32 bright = (look.aurora * (90 + (sine((s32)(i * 9000) - drift * 2) >> 10))) >> 8;
    onDome(&curtains[n][2 * i], turn, foot, NEARLY_ALL - 600, fade(color, bright));
    onDome(&curtains[n][2 * i + 1], turn + 300, foot + 3400, NEARLY_ALL - 600, (struct Color){150, 70, 220, 0});
  }
  for (u32 i = 0; i < 3; i++) strip(curtains[i], 24);
}

static void hills(void) {
  static const s32 rates[2] = {6, 11}; // the nearer range goes by faster
  static struct Vertex ranges[2][64] __attribute__((aligned(16)));
  for (u32 range = 0; range < 2; range++) {
    struct Vertex *v = ranges[range];
    if ((W->frame & 1) == range) { // each at every second frame
      strip(v, 32);
      continue;
    }
    struct Color foot = blend(look.haze, look.middle, 40 + 60 * (s32)range), peak = blend(foot, look.top, 70 + 50 * (s32)range);
    s32 passed = (W->z >> 16) * rates[range];
    for (u32 i = 0; i < 32; i++) {
      s32 turn = ((s32)i - 16) * 520;
      u32 n = i + range * 1000 + (u32)W->leg * 77;
      s32 high = 100 + (s32)(hash(n) & 511) + (s32)(hash(n / 3) & 511) - (range ? 200 : 0) + (sine((s32)(n * 9000) + passed) >> 9);
      onDome(v + 2 * i, turn, -260, NEARLY_ALL - 800, foot);
      onDome(v + 2 * i + 1, turn + (s32)(hash(n + 5) & 255), high < 0 ? 0 : high, NEARLY_ALL - 800, peak);
    }
    strip(v, 32);
  }
}

static void clouds(void) {
  struct Color shine = blend(look.middle, look.sun, look.stars > 100 ? 40 : 150);
  if (look.rain) shine = blend(shine, look.top, look.rain / 2);
  for (u32 i = 0; i < 10; i++) {
    u32 r = hash(i + 400);
    s32 turn = (s32)((r + W->frame * (1 + (r >> 30))) & 16383) - 8192;
    struct Vertex at;
    onDome(&at, turn, 1700 + (s32)(r >> 14 & 4095), NEARLY_ALL - 900, shine);
    s32 wide = (s32)(8 + (r >> 26 & 15)) * UNIT;
    onDisc(&at, 0, 0, wide, wide / 9, 0, fade(shine, 110), fade(shine, 0));
    onDisc(&at, wide / 3, -UNIT / 2, wide * 2 / 3, wide / 12, 0, fade(shine, 90), fade(shine, 0));
  }
}

void drawSky(void) {
  way(OVER);
  dome();
  way(OVER_CLEAR);
  stars();
  northernLights();
  light();
  way(OVER);
  hills();
  way(OVER_CLEAR);
  clouds();
}
