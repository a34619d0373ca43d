// Power-on, interrupts, the pad, and the loop.
#include "game.h"

static u32 pif[16] __attribute__((aligned(64)));

void interrupt(void) {
  u32 why = MI_INTERRUPT;
  if (why & INTERRUPT_VI) {
    VI(4) = 0;
    W->blanks++;
  }
  if (why & INTERRUPT_AI) {
    AI_STATUS = 0;
    fillSound();
  }
}

/** Asks pad 1 for its buttons (n64brew.dev, "Joybus protocol": command 1). */
static void readPad(void) {
  volatile u32 *block = (volatile u32 *)UNCACHED(pif);
  for (u32 i = 0; i < 16; i++) block[i] = 0;
  block[0] = 0xff010401;
  block[1] = 0xffffffff;
  block[2] = 0xfe000000;
  block[15] = 1;
  while (SI_STATUS & 3) {}
  SI_ADDRESS = PHYSICAL(pif);
  SI_WRITE = PIF;
  while (SI_STATUS & 3) {}
  SI_ADDRESS = PHYSICAL(pif);
  SI_READ = PIF;
  while (SI_STATUS & 3) {}
  W->polls++;
  u32 said = block[0] & 0x8000 ? 0 : block[1]; // nobody there
  u32 before = W->held;
  W->held = said >> 16;
  W->pressed = W->held & ~before;
  W->stickX = (s8)(said >> 8);
  W->stickY = (s8)said;
}

/** 320 by 240 of 16 bits at 60 Hz (NTSC), interrupt at the blank's begin. */
static void startVideo(void) {
  static const u32 values[14] = {0x3202, 0, WIDTH, 2, 0, 0x03e52239, 0x20d, 0xc15, 0x0c150c15, 0x006c02ec, 0x002501ff, 0x000e0204, 0x200, 0x400};
  VI(1) = PHYSICAL(shown);
  for (u32 i = 2; i < 14; i++)
    if (i != 4) VI(i) = values[i];
  VI(0) = values[0];
}

void start(void) {
  u32 *w = (u32 *)W;
  for (u32 i = 0; i < sizeof *W / 4; i++) w[i] = 0;
  static const char magic[8] = "SKERRY 1";
  for (u32 i = 0; i < 8; i++) W->magic[i] = magic[i];
  W->random = 1;
  W->hull = 5;
  startLook();
  startDrawing();
  startVideo();
  startSound();
  MI_MASK = 0xa0; // the blank and the sound
}

void run(void) {
  volatile u32 *blanks = &W->blanks;
  for (u32 last = *blanks;;) {
    readPad();
    play();
    draw();
    while (*blanks == last) {}
    VI(1) = PHYSICAL(shown);
    W->late += *blanks - last - 1;
    last = *blanks;
  }
}
