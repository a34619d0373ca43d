// What is written over the picture.
#include "scene.h"
#include "text.h"

static const struct Color white = {255, 255, 255, 255}, gold = {255, 214, 110, 255}, aqua = {150, 255, 236, 255}, red = {255, 96, 80, 255};
static const char *const names[LEGS] = {"DUSK", "MOONRISE", "DAWN", "NOON", "GALE", "NORTHERN LIGHTS"};

/** Pixels of 320 by 240 in sixteenths, exactly: the division is the eye's. */
static void flat(void) {
  static const s32 m[16] = {ONE, 0, 0, 0, 0, -ONE * 4 / 3, 0, 0, 0, 0, ONE, 0, -WIDTH * 8 * ONE, WIDTH * 8 * ONE, 0, WIDTH * 8 * ONE};
  place(0, 0, 0, ONE, 0, 0, 0);
  camera(m);
  way(OVER_CLEAR);
}

static char *number(char *to, u32 n, u32 digits) {
  for (u32 i = digits; i--; n /= 10) to[i] = (char)('0' + n % 10);
  to[digits] = 0;
  return to;
}

static void status(void) {
  char text[16];
  write(160, 150, 26, number(text, (u32)W->score, 6), white);
  if (W->chain > 1) {
    text[0] = 'X';
    number(text + 1, (u32)W->chain, 1);
    write(165, 400, 18, text, gold);
  }
  for (s32 i = 0; i < 5; i++) { // planks that hold
    s32 x = 4960 - i * 190;
    struct Color c = i < W->hull ? (struct Color){236, 70, 60, 240} : (struct Color){40, 50, 70, 130};
    box(x - 130, 150, 130, 60, fade(c, c.a), c);
    box(x - 110, 210, 90, 40, c, c);
    box(x - 72, 60, 14, 90, fade(white, c.a), fade(white, c.a));
  }
  struct Color back = {10, 16, 34, 120};
  s32 way = LEG - (W->legEnd - W->z);
  box(1760, 180, 1600, 40, back, back);
  box(1760, 180, mul(clamp(way, 0, LEG), FIX(1600 / 400.0)) >> 16, 40, aqua, gold);
  box(160, 3650, 1200, 70, back, back);
  struct Color wind = W->held & PAD_A && W->wind > ONE ? white : aqua;
  box(160, 3650, W->wind * 12 >> 16, 70, fade(wind, 120), wind);
  write(160, 3470, 15, "WIND", fade(white, 200));
  if (W->shine) {
    text[0] = '+';
    u32 worth = 50 + (u32)W->seen / 32;
    number(text + 1, worth, worth > 999 ? 4 : worth > 99 ? 3 : 2);
    struct Color hue = {(u8)(W->hue >> 16), (u8)(W->hue >> 8), (u8)W->hue, 255};
    writeMiddle(1150 + W->shine * 4, 30, text, fade(blend(hue, white, 140), W->shine * 6));
  }
  if (W->z < W->legEnd - LEG + FIX(26)) {
    s32 shows = clamp((W->legEnd - LEG + FIX(26) - W->z) >> 12, 0, 255);
    char leg[8] = "LEG ";
    number(leg + 4, (u32)W->leg + 1, 1);
    writeMiddle(1180, 26, leg, fade(gold, shows));
    writeMiddle(1430, 40, names[W->leg], fade(white, shows));
  }
}

static void verdict(const char *title, struct Color color) {
  char text[24] = "SCORE ";
  s32 in = clamp((s32)W->since * 5 - 100, 0, 255);
  writeMiddle(1000, 64, title, fade(color, in));
  number(text + 6, (u32)W->score, 6);
  writeMiddle(1600, 32, text, fade(white, in));
  text[0] = 'B', text[1] = 'E', text[2] = 'S', text[3] = 'T', text[4] = ' ', text[5] = ' ';
  number(text + 6, (u32)W->best, 6);
  writeMiddle(1900, 24, text, fade(gold, in));
  if (W->since > 120 && W->since & 32) writeMiddle(2900, 24, "PRESS START", white);
}

void drawScreens(void) {
  flat();
  if (W->phase == SAIL) status();
  else if (W->phase == HOME) verdict("HOME AT LAST", gold);
  else if (W->phase == SUNK) verdict("SUNK", red);
  else {
    writeMiddle(760, 110, "SKERRY", white);
    writeMiddle(1500, 20, "SIX LEGS FROM DUSK TO THE NORTHERN LIGHTS", gold);
    if (W->since & 32) writeMiddle(3000, 28, "PRESS START", white);
    writeMiddle(3500, 14, "STICK STEERS - A WIND - B SLOWER", fade(white, 180));
  }
}
