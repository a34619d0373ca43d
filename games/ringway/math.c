#include "game.h"

u32 random(void) { // xorshift32 (Marsaglia 2003)
  u32 r = world.random;
  r ^= r << 13;
  r ^= r >> 17;
  r ^= r << 5;
  return world.random = r;
}

/** For scenery, which draws nothing from the generator. */
u32 hash(u32 x) {
  x = (x ^ x >> 16) * 0x7feb352d;
  x = (x ^ x >> 15) * 0x846ca68b;
  return x ^ x >> 16;
}

fix mul(fix a, fix b) { return (fix)((s64)a * b >> 12); }

static s32 quotient(s64 a, s32 b) {
  DIVCNT = 1; // 64 by 32 bits
  DIV_NUMER = a;
  DIV_DENOM = b;
  while (DIVCNT & 0x8000) {}
  return (s32)DIV_RESULT;
}

s32 divide(s32 a, s32 b) { return quotient(a, b); }
fix over(fix a, fix b) { return quotient((s64)a << 12, b); }

fix root(fix a) {
  SQRTCNT = 1; // of 64 bits
  SQRT_PARAM = (s64)a << 12;
  while (SQRTCNT & 0x8000) {}
  return (fix)SQRT_RESULT;
}

/** Bhaskara's formula: 16 t (1 - t) / (5 - 4 t (1 - t)) for half a turn, right to 0.2 %. */
fix sine(s32 turn) {
  s32 t = (turn & 511) << 3;
  s32 p = t * (4096 - t) >> 12;
  fix s = over(16 * p, 5 * 4096 - 4 * p);
  return turn & 512 ? -s : s;
}

// What the compiler calls by itself.
void *memset(void *to, int value, unsigned long n) {
  for (u8 *at = to; n--;) *at++ = (u8)value;
  return to;
}
void *memcpy(void *to, const void *from, unsigned long n) {
  const u8 *source = from;
  for (u8 *at = to; n--;) *at++ = *source++;
  return to;
}
