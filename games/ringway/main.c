#include "game.h"

struct World world __attribute__((section(".world")));

void sleep(void);

/** The game starts after this vertical blank. */
#define START 20

static void waitForBlank(void) {
  while (!(IF & IRQ_VBLANK)) sleep();
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
  do { // however long it took to get here; in the middle of the picture the ARM7 is sure to have counted
    while (VCOUNT != 96) {}
    while (VCOUNT == 96) {}
  } while (MAILBOX_ARM9->blanks < START);
  IF = IRQ_VBLANK;
  for (;;) {
    waitForBlank();
    showScreens();
    readKeys();
    play();
    draw();
    drawScreens();
    makeSparks();
    if (IF & IRQ_VBLANK) world.late++;
  }
}
