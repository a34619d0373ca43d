// A float of glass shows the picture that is on the screen: the game reads it, as the graphics processor left it in memory.
#include "game.h"

enum { LEFT = 112, TOP = 108, ACROSS = 96, DOWN = 72, BRIGHT = 62 };

/** The brighter the sea about the boat, the more it is worth; what was seen goes into the random numbers. */
void lookIntoGlass(void) {
  u32 bright = 0, r = 0, g = 0, b = 0;
  for (u32 y = TOP; y < TOP + DOWN; y++) {
    const volatile u16 *row = (const volatile u16 *)UNCACHED(shown + y * WIDTH + LEFT);
    for (u32 x = 0; x < ACROSS; x++) {
      u32 pixel = row[x];
      u32 light = (pixel >> 11) + (pixel >> 6 & 31) + (pixel >> 1 & 31);
      if (light < BRIGHT) continue;
      bright++;
      r += pixel >> 11;
      g += pixel >> 6 & 31;
      b += pixel >> 1 & 31;
    }
  }
  W->glasses++;
  W->glints += (s32)bright;
  W->seen = (s32)bright;
  W->score += 50 + (s32)(bright / 32);
  W->shine = 90;
  W->random = hash(W->random ^ bright) | 1;
  struct Color color = {160, 255, 240, 255};
  if (bright) color = (struct Color){(u8)(r * 8 / bright), (u8)(g * 8 / bright), (u8)(b * 8 / bright), 255};
  W->hue = (u32)color.r << 16 | (u32)color.g << 8 | color.b;
  burst(W->x, W->y + ONE, W->z + ONE, color, 24 + bright / 64);
}
