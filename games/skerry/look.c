#include "game.h"

#define C(r, g, b) {r, g, b, 255}
#define DEGREES(n) ((n) * 65536 / 360)

struct Look look;

/** Dusk, night, dawn, noon, a storm, northern lights. */
static const struct Look looks[LEGS] = {
    {C(38, 34, 92), C(176, 84, 116), C(255, 168, 104), C(255, 222, 150), C(20, 40, 84), C(196, 128, 128), C(96, 72, 88),
     DEGREES(-9), DEGREES(7), 256, 40, 0, 0},
    {C(4, 6, 26), C(14, 24, 66), C(48, 72, 124), C(240, 242, 255), C(6, 14, 40), C(64, 96, 150), C(58, 66, 96),
     DEGREES(10), DEGREES(12), 220, 255, 0, 0},
    {C(66, 104, 178), C(236, 158, 170), C(255, 216, 172), C(255, 240, 200), C(30, 68, 110), C(226, 170, 178), C(120, 100, 110),
     DEGREES(6), DEGREES(5), 300, 0, 0, 0},
    {C(24, 92, 196), C(92, 166, 230), C(208, 234, 246), C(255, 255, 236), C(0, 66, 112), C(96, 206, 214), C(128, 118, 104),
     DEGREES(-14), DEGREES(17), 340, 0, 0, 0},
    {C(26, 32, 42), C(62, 72, 80), C(122, 132, 132), C(196, 204, 196), C(14, 30, 38), C(112, 142, 144), C(70, 76, 82),
     DEGREES(4), DEGREES(15), 620, 0, 0, 255},
    {C(4, 6, 24), C(8, 26, 50), C(34, 88, 100), C(226, 255, 240), C(4, 18, 38), C(56, 150, 140), C(52, 72, 84),
     DEGREES(-11), DEGREES(13), 260, 255, 255, 0},
};

void startLook(void) { look = looks[0]; }

static void towards(u8 *from, const u8 *to, u32 bytes) {
  for (u32 i = 0; i < bytes; i++) from[i] = (u8)(from[i] + (to[i] > from[i]) - (to[i] < from[i]));
}

/** A step on the way to the leg's own. */
void moveLook(void) {
  const struct Look *to = &looks[W->leg % LEGS];
  if (W->frame & 1) towards((u8 *)&look, (const u8 *)to, 7 * sizeof(struct Color));
  s32 *n = &look.azimuth;
  const s32 *m = &to->azimuth;
  for (u32 i = 0; i < 6; i++) {
    s32 gap = m[i] - n[i];
    n[i] += clamp(gap, i < 2 ? -12 : -2, i < 2 ? 12 : 2);
  }
}
