#include "game.h"
#include "tables.h"

u32 random(void) { // xorshift32 (Marsaglia 2003)
  u32 r = W->random;
  r ^= r << 13;
  r ^= r >> 17;
  r ^= r << 5;
  W->draws++;
  return W->random = r;
}

/** For scenery, which draws nothing from the generator. */
u32 hash(u32 x) {
  x = (x ^ x >> 16) * 0x7feb352d;
  x = (x ^ x >> 15) * 0x846ca68b;
  return x ^ x >> 16;
}

fix sine(s32 turn) { return sines[turn >> 6 & 1023] * 2; }

u32 root(u32 n) {
  u32 r = 0;
  for (u32 bit = 1u << 30; bit; bit >>= 2) {
    if (n >= r + bit) {
      n -= r + bit;
      r = (r >> 1) + bit;
    } else r >>= 1;
  }
  return r;
}

struct Color blend(struct Color a, struct Color b, s32 n) {
  return (struct Color){(u8)mix(a.r, b.r, n), (u8)mix(a.g, b.g, n), (u8)mix(a.b, b.b, n), (u8)mix(a.a, b.a, n)};
}

// What the compiler calls by itself.
void *memset(void *to, int value, unsigned n) {
  for (u8 *at = to; n--;) *at++ = (u8)value;
  return to;
}
void *memcpy(void *to, const void *from, unsigned n) {
  const u8 *source = from;
  for (u8 *at = to; n--;) *at++ = *source++;
  return to;
}
