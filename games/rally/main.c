#include "game.h"

#define SAVE ((volatile u8*) 0xA000)
#define SAVE_LOCK (*(volatile u8*) 0x0000)
enum { VBLANK = 1, LINE = 2, SERIAL = 8, LINE_EIGHTY = 80 };

volatile struct Game __at(0xC000) game;
u8 color;
static volatile u8 blank;

void vblank(void) { blank = 1; }

void line(void) { leadNow(); }

static u8 readKeys(void) {
	u8 keys = 0;
	PORT(P1) = 0x20;
	u8 ways = ~PORT(P1);
	ways = ~PORT(P1);
	PORT(P1) = 0x10;
	u8 buttons = ~PORT(P1);
	buttons = ~PORT(P1);
	PORT(P1) = 0x30;
	if (ways & 4) keys |= KEY_UP;
	if (ways & 8) keys |= KEY_DOWN;
	if (buttons & 9) keys |= KEY_A;
	if (buttons & 2) keys |= KEY_B;
	return keys;
}

/** Matches and won ones are kept in the cartridge. */
static void readSave(void) {
	SAVE_LOCK = 0x0A;
	if (SAVE[0] == 'R' && SAVE[1] == 'Y') {
		game.matches = SAVE[2];
		game.won = SAVE[3];
	}
	SAVE_LOCK = 0;
}

static void writeSave(void) {
	SAVE_LOCK = 0x0A;
	SAVE[0] = 'R';
	SAVE[1] = 'Y';
	SAVE[2] = game.matches;
	SAVE[3] = game.won;
	SAVE_LOCK = 0;
}

void main(void) {
	u8 before = LOBBY;
	game.magic[0] = 'R';
	game.magic[1] = 'A';
	game.magic[2] = 'L';
	game.magic[3] = 'Y';
	while (PORT(LY) != 145) {}
	if (color == 0x11) goFast();
	readSave();
	openScreen();
	openLink();
	PORT(LYC) = LINE_EIGHTY;
	PORT(STAT) = 0x40;
	PORT(IF) = 0;
	PORT(IE) = VBLANK | LINE | SERIAL;
	drawScreen();
	__asm__("ei");
	for (;;) {
		while (!blank) halted();
		blank = 0;
		game.frames++;
		drawScreen();
		exchange(readKeys());
		if (game.state == OVER && before != OVER) {
			game.matches++;
			if ((game.score[0] == GOAL) == (game.role == LEADER)) game.won++;
			writeSave();
		}
		before = game.state;
	}
}
