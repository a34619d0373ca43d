// A synthesizer: a tune that is made up as it goes, the sea, and effects, with an echo. It runs when a buffer is through.
#include "game.h"
#include "tables.h"

enum { RATE = 24000, VIDEO_CLOCK = 48681812, SAMPLES = 512, VOICES = 8, ECHO = 6144, BUFFERS = 3 };
/** Buffers of 21 ms to a step of the tune. */
enum { STEP = 9, BAR = 16 };

struct Voice {
  u32 phase, step;
  s32 slide;          // of the step, a buffer
  s32 level, fall;    // 16.16; what is left after a buffer, of 256
  u8 soft, noise, side; // 0 left, 1 right
};

static struct Voice voices[VOICES];
static s16 buffers[BUFFERS][SAMPLES * 2] __attribute__((aligned(16)));
static s16 echo[ECHO * 2];
static s32 mixed[2][SAMPLES];
static u32 at, buffer, beat, count, noise, wanted[8], asked, done;
static s32 swell, washed;
static u32 nextVoice;

void effect(enum Effect which) { wanted[asked++ & 7] = which; }

static struct Voice *play_(s32 note, s32 level, s32 fall, u32 right) {
  struct Voice *v = &voices[nextVoice++ % VOICES];
  *v = (struct Voice){.step = notes[clamp(note - 21, 0, 87)], .level = level << 8, .fall = fall, .soft = 1, .side = (u8)right};
  return v;
}

static void sound(u32 which) {
  struct Voice *v;
  switch (which) {
    case EFFECT_LANTERN:
      play_(84 + W->chain, 40, 236, 0)->soft = 0;
      play_(91 + W->chain, 26, 240, 1);
      break;
    case EFFECT_GLASS:
      for (s32 i = 0; i < 4; i++) play_(86 + i * 5, 24, 246, (u32)i & 1);
      break;
    case EFFECT_CRASH:
      v = play_(60, 110, 226, 0);
      v->noise = 3;
      v = play_(38, 100, 232, 1);
      v->slide = -(s32)(v->step / 60);
      break;
    case EFFECT_LEG:
      for (s32 i = 0; i < 4; i++) play_(62 + i * 5, 40, 247, (u32)i & 1);
      break;
    case EFFECT_GUST:
      v = play_(50, 34, 250, W->gust < 0);
      v->noise = 5;
      break;
    case EFFECT_SUNK:
      for (s32 i = 0; i < 4; i++) {
        v = play_(55 - i * 4, 60, 250, (u32)i & 1);
        v->slide = -(s32)(v->step / 160);
      }
      break;
    default: break;
  }
}

/** A step of the tune: a bass, an arpeggio, and a melody that strolls over a scale of five. */
static void tune(void) {
  static const u8 chords[6][4][4] = { // bass, and three above it
      {{38, 57, 62, 65}, {34, 58, 62, 65}, {41, 57, 60, 65}, {36, 55, 60, 64}},
      {{33, 57, 60, 64}, {41, 57, 60, 65}, {36, 55, 60, 64}, {40, 56, 59, 64}},
      {{36, 60, 64, 67}, {33, 60, 64, 69}, {41, 60, 65, 69}, {43, 59, 62, 67}},
      {{43, 62, 67, 71}, {38, 62, 66, 69}, {40, 59, 64, 67}, {36, 60, 64, 67}},
      {{38, 57, 62, 65}, {38, 58, 62, 67}, {34, 58, 62, 65}, {33, 57, 61, 64}},
      {{38, 57, 62, 66}, {35, 59, 62, 66}, {43, 59, 62, 67}, {45, 61, 64, 69}},
  };
  static const u8 scale[6][5] = {{62, 65, 67, 69, 72}, {60, 62, 64, 67, 69}, {60, 62, 64, 67, 69}, {62, 64, 67, 69, 71}, {62, 65, 67, 69, 72}, {62, 64, 66, 69, 71}};
  u32 part = W->phase == TITLE ? 2 : (u32)W->leg % LEGS;
  const u8 *chord = chords[part][beat / BAR & 3];
  u32 n = beat % BAR;
  if (n == 0 || n == 10) play_(chord[0], 62, 249, beat & 1);
  if (n % 2 == 0) play_(chord[1 + (n / 2 + beat / BAR) % 3] + (n % 8 == 6 ? 12 : 0), 24, 242, n % 4 == 0);
  u32 r = hash(beat / 2 + part * 977);
  if (n % 2 == 0 && r % 3 == 0 && W->phase != SUNK) {
    s32 note = scale[part][(r >> 8) % 5] + (r & 0x10000 ? 12 : 0);
    play_(note, 34, 247, n >> 1 & 1)->soft = 0;
  }
  if (part == 4 && n % 4 == 0) play_(45, 26, 200, 0)->noise = 2; // the gale's drum
  beat++;
}

static void add(struct Voice *v) {
  s32 level = v->level >> 8, *to = mixed[v->side];
  u32 phase = v->phase, step = v->step;
  if (v->noise) {
    s32 hold = 0;
    for (u32 i = 0; i < SAMPLES; i++) {
      noise = noise * 1664525 + 1013904223;
      hold += (((s32)noise >> 17) - hold) >> v->noise;
      to[i] += hold * level;
    }
  } else if (v->soft) {
    for (u32 i = 0; i < SAMPLES; i++, phase += step) to[i] += sines[phase >> 22] * level >> 1;
  } else { // a triangle
    for (u32 i = 0; i < SAMPLES; i++, phase += step) to[i] += ((s32)(phase << 1 ^ (u32)((s32)phase >> 31)) >> 17) * level >> 1;
  }
  v->phase = phase;
  v->step += (u32)v->slide;
  v->level = v->level * v->fall >> 8;
  if (v->level < 400) v->level = 0;
}

/** Noise that comes and goes, as waves do. */
static void sea(void) {
  swell += ((sine((s32)count * 260) >> 10) + (sine((s32)count * 91) >> 10) + 100 + (s32)(W->speed >> 8) - swell) >> 4;
  for (u32 i = 0; i < SAMPLES; i++) {
    noise = noise * 1664525 + 1013904223;
    washed += (((s32)noise >> 17) - washed) >> 4;
    mixed[0][i] = mixed[1][i] = washed * swell >> 3;
  }
}

static s16 loud(s32 s) { return (s16)clamp(s, -32000, 32000); }

void fillSound(void) {
  while (!(AI_STATUS & 0x80000000)) { // as long as it takes another
    while (done != asked) sound(wanted[done++ & 7]);
    if (count++ % STEP == 0) tune();
    sea();
    for (struct Voice *v = voices; v < voices + VOICES; v++)
      if (v->level) add(v);
    s16 *out = buffers[buffer++ % BUFFERS];
    for (u32 i = 0; i < SAMPLES; i++) {
      s16 *e = echo + 2 * (at++ % ECHO);
      s32 a = mixed[0][i] >> 7, b = mixed[1][i] >> 7;
      s32 left = a + (b >> 1) + e[0], right = b + (a >> 1) + e[1];
      s32 before = e[0]; // left comes back on the right
      e[0] = loud(right * 3 >> 3);
      e[1] = loud((left + before / 8) * 3 >> 3);
      *out++ = loud(left);
      *out++ = loud(right);
    }
    out -= SAMPLES * 2;
    for (u32 line = (u32)out; line < (u32)(out + SAMPLES * 2); line += 16) __asm__ volatile("cache 25, 0(%0)" ::"r"(line) : "memory");
    AI_ADDRESS = PHYSICAL(out);
    AI_LENGTH = SAMPLES * 4;
  }
}

void startSound(void) {
  noise = 1;
  AI_RATE = VIDEO_CLOCK / RATE - 1;
  AI_BITS = 15;
  AI_CONTROL = 1;
  fillSound();
}
