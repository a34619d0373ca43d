#include "game.h"

#define REG(at) (*(volatile u16*) (0x04000000 + (at)))
#define SAVE ((volatile u8*) 0x0E000000)
enum { VBLANK = 1, VCOUNT = 4, SERIAL = 0x80 };

struct Game game __attribute__((section(".game")));

/** The BIOS calls it in ARM state. */
__attribute__((target("arm"))) static void interrupt(void) {
	u16 flags = REG(0x200) & REG(0x202);
	REG(0x202) = flags;
	*(volatile u16*) 0x03007FF8 |= flags;
	if (flags & SERIAL) serial();
	if (flags & VCOUNT) lineEighty();
}

static void waitForBlank(void) {
	__asm__ volatile("swi 5" ::: "r0", "r1", "r2", "r3", "memory");
}

/** Matches and won ones are kept in the cartridge. */
static void readSave(void) {
	if (SAVE[0] != 'H' || SAVE[1] != 'G') return;
	game.matches = SAVE[2];
	game.won = SAVE[3];
}

static void writeSave(void) {
	SAVE[0] = 'H';
	SAVE[1] = 'G';
	SAVE[2] = game.matches;
	SAVE[3] = game.won;
}

/** GCC calls it to clear structs. */
void* memset(void* at, int value, u32 size) {
	for (u32 i = 0; i < size; i++) ((volatile u8*) at)[i] = value;
	return at;
}

int main(void) {
	memset(&game, 0, sizeof(game));
	game.magic = 0x47444548; // "HEDG"
	game.players = 1;
	REG(0x204) = 0x4003; // 8-bit waits for the save, fast ROM
	readSave();
	openScreen();
	openLink();
	*(void (**)(void)) 0x03007FFC = interrupt;
	REG(0x04) = 0x28 | 80 << 8; // interrupts at vertical blank and at line 80
	REG(0x200) = VBLANK | VCOUNT | SERIAL;
	REG(0x208) = 1;
	u32 before = LOBBY;
	for (;;) {
		waitForBlank();
		game.frames++;
		drawScreen();
		exchange(~REG(0x130) & 0x3FF);
		if (game.state == MATCH_OVER && before != MATCH_OVER) {
			game.matches++;
			game.won += game.winner == game.me;
			writeSave();
		}
		before = game.state;
	}
}
