// Words over the picture of the upper screen; map and counters on the lower one.
#include "game.h"

static u8 above[256 * 192] __attribute__((aligned(32))), below[256 * 192] __attribute__((aligned(32)));
static struct Page upper = {above, 192, 0}, lower = {below, 192, 0};

enum { CLEAR, BLACK, WHITE, GOLD, ORANGE, CYAN, PINK, DIM, NIGHT, PANEL, LINE, GREEN, RED, ROCKY, FAINT };
static const u16 colors[] = {
    RGB(0, 0, 0), RGB(1, 0, 3), RGB(31, 31, 31), RGB(31, 26, 6), RGB(31, 15, 5), RGB(8, 27, 31), RGB(31, 11, 20), RGB(16, 14, 22),
    RGB(3, 2, 8), RGB(6, 4, 13), RGB(11, 8, 20), RGB(9, 29, 12), RGB(31, 6, 7), RGB(22, 15, 13), RGB(9, 6, 12)};

enum { MAP_X = 8, MAP_Y = 8, MAP_W = 152, MAP_H = 176, PLAYER_Y = MAP_Y + MAP_H - 20 };

static u32 shown = 99;     // the phase that the words are of
static u32 shownScore, shownRings, shownChain;

void startScreens(void) {
  POWCNT1 = 0x820f;
  VRAMCNT_A = 0x81;
  VRAMCNT_C = 0x84;
  DISPCNT = 5 | 1 << 3 | 1 << 8 | 1 << 10 | 1 << 16;
  DISPCNT_B = 5 | 1 << 11 | 1 << 16;
  BG0CNT = 1;
  BG2CNT = 0x4080;
  BG3CNT_B = 0x4080;
  for (u32 n = 0; n < 4; n++) {
    u16 one = n % 3 ? 0 : 0x100;
    BG2_AFFINE(n) = one;
    BG3_AFFINE_B(n) = one;
  }
  for (u32 n = 0; n < sizeof colors / sizeof *colors; n++) PALETTE[n] = PALETTE_B[n] = colors[n];
  PALETTE_B[0] = colors[NIGHT];
  box(&upper, 0, 0, 256, 192, CLEAR);
  box(&lower, 0, 0, 256, 192, NIGHT);
}

static void send(struct Page *page, u32 to) {
  if (page->top >= page->bottom) return;
  u32 from = (u32)page->top * 256;
  DMA3SAD = (u32)page->pixels + from;
  DMA3DAD = to + from;
  DMA3CNT = 0x84000000 | (u32)(page->bottom - page->top) * 64;
  while (DMA3CNT & 0x80000000) {}
  page->top = 192;
  page->bottom = 0;
}

/** In the vertical blank, so that no half of a page is seen. */
void showScreens(void) {
  send(&upper, 0x06000000);
  send(&lower, 0x06200000);
}

static void result(void) {
  u32 won = W->phase == FINISHED;
  box(&upper, 20, 46, 216, 130, LINE);
  box(&upper, 21, 47, 214, 128, NIGHT);
  centered(&upper, 14, 3, won ? GOLD : RED, won ? "COURSE CLEAR" : "SHIP LOST");
  centered(&upper, 54, 2, WHITE, "SCORE");
  number(&upper, 128 - 72 + 2, 72, 4, CYAN, (u32)W->score, 6);
  text(&upper, 34, 112, 2, WHITE, "RINGS");
  number(&upper, 184, 112, 2, GOLD, (u32)W->rings, 3);
  text(&upper, 34, 132, 2, WHITE, "ROCKS SHOT");
  number(&upper, 184, 132, 2, GREEN, (u32)W->broken, 3);
  text(&upper, 34, 152, 2, WHITE, "CRASHES");
  number(&upper, 184, 152, 2, RED, (u32)W->hits, 3);
}

static void words(void) {
  if (W->phase != shown) {
    shown = W->phase;
    shownScore = shownRings = shownChain = 999999;
    box(&upper, 0, 0, 256, 192, CLEAR);
    if (shown == TITLE) {
      centered(&upper, 16, 5, GOLD, "RINGWAY");
      centered(&upper, 150, 2, WHITE, "PRESS START");
    }
  }
  if (W->phase > FLIGHT && W->since == 40) result();
  if (W->phase != FLIGHT) return;
  if ((u32)W->score != shownScore) {
    shownScore = (u32)W->score;
    box(&upper, 0, 4, 128, 17, CLEAR);
    number(&upper, 6, 5, 2, WHITE, shownScore, 6);
  }
  if ((u32)W->rings != shownRings || (u32)W->chain != shownChain) {
    shownRings = (u32)W->rings;
    shownChain = (u32)W->chain;
    box(&upper, 128, 4, 128, 17, CLEAR);
    if (shownChain > 1) {
      text(&upper, 160, 5, 2, PINK, "*");
      number(&upper, 174, 5, 2, PINK, shownChain, 1);
    }
    number(&upper, 214, 5, 2, GOLD, shownRings, 3);
  }
}

static void disc(s32 x, s32 y, s32 r, u32 color, u32 hollow) {
  for (s32 dy = -r; dy <= r; dy++)
    for (s32 dx = -r; dx <= r; dx++) {
      s32 d = dx * dx + dy * dy;
      s32 px = x + dx, py = y + dy;
      if (d > r * r + 1 || (hollow && d < (r - 1) * (r - 1))) continue;
      if (px <= MAP_X || px >= MAP_X + MAP_W - 1 || py <= MAP_Y || py >= MAP_Y + MAP_H - 1) continue;
      below[py * 256 + px] = (u8)color;
    }
}

static s32 mapX(fix x) { return MAP_X + MAP_W / 2 + (x * (MAP_W / 12) >> 12); }
static s32 mapY(fix z) { return PLAYER_Y - ((z - W->z) * 15 >> 14); }

static void map(void) {
  box(&lower, MAP_X, MAP_Y, MAP_W, MAP_H, LINE);
  box(&lower, MAP_X + 1, MAP_Y + 1, MAP_W - 2, MAP_H - 2, BLACK);
  for (s32 n = 0; n < 6; n++) { // marks of 10 units that pass by
    fix z = (W->z / FIX(10) + n) * FIX(10);
    s32 y = mapY(z);
    if (y > MAP_Y && y < MAP_Y + MAP_H - 1) box(&lower, MAP_X + 1, y, MAP_W - 2, 1, PANEL);
  }
  for (s32 n = -2; n <= 2; n++) box(&lower, mapX(n * FIX(2)), MAP_Y + 1, 1, MAP_H - 2, PANEL);
  if (W->phase == TITLE) {
    text(&lower, MAP_X + 29, MAP_Y + 70, 2, PINK, "TOUCH OR");
    text(&lower, MAP_X + 47, MAP_Y + 90, 2, PINK, "START");
    return;
  }
  for (const struct Object *o = W->objects; o < W->objects + OBJECTS; o++) {
    if (o->kind == NONE || o->state || o->kind == GATE) continue;
    fix height = size(o->y - W->y);
    u32 level = height < FIX(1.3);
    s32 x = mapX(o->x), y = mapY(o->z);
    if (o->kind == RING) disc(x, y, 6, o->z < W->z ? FAINT : level ? GOLD : ORANGE, 1);
    else if (o->kind == ROCK) disc(x, y, 4, level ? ROCKY : FAINT, 0);
    else disc(x, y, 3, CYAN, 0);
  }
  for (const struct Bolt *b = W->bolts; b < W->bolts + BOLTS; b++) {
    if (b->life) disc(mapX(b->x), mapY(b->z), 1, GREEN, 0);
  }
  s32 x = mapX(W->x);
  for (s32 n = 0; n < 9; n++) box(&lower, x - n / 2, PLAYER_Y - 4 + n, n | 1, 1, n > 6 ? ORANGE : WHITE);
  if (MAILBOX_ARM9->touched) disc(MAILBOX_ARM9->touchX, MAILBOX_ARM9->touchY, 8, PINK, 1);
}

/** What the counters show; drawn again where it changed. */
static struct {
  u32 phase, timed, score, rings;
  s32 wide[4];
} seen = {.phase = 99};

static void gauge(u32 n, fix part, u32 color) {
  s32 y = 78 + (s32)n * 28, wide = clamp(part, 0, ONE) * 74 >> 12;
  if (wide == seen.wide[n]) return;
  seen.wide[n] = wide;
  box(&lower, 172, y + 2, 74, 5, BLACK);
  box(&lower, 172, y + 2, wide, 5, color);
}

static void panel(void) {
  static const char *const help[] = {"PAD STEER", "A   BOOST", "B   FIRE", "PEN STEER"};
  static const char *const gauges[] = {"ENERGY", "SPEED", "HEIGHT", "COURSE"};
  box(&lower, 164, 0, 92, 192, NIGHT);
  if (W->phase == TITLE) {
    text(&lower, 170, 12, 1, DIM, "SPARKS");
    text(&lower, 170, 26, 2, W->timed ? PINK : CYAN, W->timed ? "TIMED" : "STEADY");
    text(&lower, 170, 48, 1, DIM, "PAD: CHANGE");
    for (s32 n = 0; n < 4; n++) text(&lower, 170, 84 + n * 16, 1, WHITE, help[n]);
    return;
  }
  text(&lower, 170, 10, 1, DIM, "SCORE");
  text(&lower, 170, 46, 1, DIM, "RINGS");
  for (s32 n = 0; n < 4; n++) {
    text(&lower, 170, 68 + n * 28, 1, DIM, gauges[n]);
    box(&lower, 170, 78 + n * 28, 78, 9, LINE);
    box(&lower, 171, 79 + n * 28, 76, 7, BLACK);
    seen.wide[n] = -1;
  }
  seen.score = seen.rings = 999999;
}

static void counters(void) {
  if (W->phase != seen.phase || W->timed != seen.timed) {
    seen.phase = W->phase;
    seen.timed = W->timed;
    panel();
  }
  if (W->phase == TITLE) return;
  if ((u32)W->score != seen.score) {
    seen.score = (u32)W->score;
    box(&lower, 170, 21, 80, 16, NIGHT);
    number(&lower, 170, 21, 2, WHITE, seen.score, 6);
  }
  if ((u32)W->rings != seen.rings) {
    seen.rings = (u32)W->rings;
    box(&lower, 210, 43, 46, 16, NIGHT);
    number(&lower, 210, 43, 2, GOLD, seen.rings, 3);
  }
  gauge(0, W->energy / 100, W->energy > FIX(30) ? GREEN : RED);
  gauge(1, over(W->speed, FIX(0.36)), CYAN);
  gauge(2, over(W->y, FIX(5)), PINK);
  gauge(3, over(W->z, COURSE), GOLD);
}

void drawScreens(void) {
  words();
  map();
  counters();
}
