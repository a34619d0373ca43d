#include "game.h"

struct World world __attribute__((section(".world")));

void sleep(void);

/** The game starts at this vertical blank. */
#define START 20

static void waitForBlank(void) {
  do sleep();
  while (!(IF & IRQ_VBLANK));
  IF = IRQ_VBLANK;
}

static void readKeys(void) {
  u32 keys = ~KEYINPUT & 0x3ff;
  world.pressed = keys & ~world.held;
  world.held = keys;
}

int main(void) {
  static const char magic[16] = "RINGWAY 1";
  for (u32 i = 0; i < 16; i++) world.magic[i] = magic[i];
  world.timed = 1;
  world.random = 1;
  startScreens();
  startDrawing();
  IE = IRQ_VBLANK;
  DISPSTAT = 1 << 3;
  IF = ~0u;
  IME = 1;
  MAILBOX_ARM9->music = 1;
  draw();
  drawScreens();
  while (MAILBOX_ARM9->blanks < START) waitForBlank(); // however long it took to get here
  u32 blanks = MAILBOX_ARM9->blanks;
  for (;;) {
    waitForBlank();
    showScreens();
    u32 passed = MAILBOX_ARM9->blanks - blanks;
    blanks += passed;
    if (passed > 1) world.late += passed - 1;
    readKeys();
    play();
    draw();
    drawScreens();
    makeSparks();
  }
}
