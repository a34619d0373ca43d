/*
 * One exchange a frame in MULTI mode at 115,200 baud. A word: kind in bits 14-15 (1 lobby, 2 play; 3 is an empty socket),
 * two bits of the tick (or of the deal) in 12-13, four of a hash (or what the lobby is doing) in 8-11, keys (or more) in 0-7.
 * All consoles get the same words, so all decide alike; an exchange where not all are at the same tick is made again.
 */
#include "game.h"

#define REG(at) (*(volatile u16*) (0x04000000 + (at)))
enum { SIOMULTI0 = 0x120, SIOCNT = 0x128, SIOMLT_SEND = 0x12A, RCNT = 0x134 };
enum { BAUD_115200 = 3, CHILD = 4, ALL_READY = 8, START = 0x80, MULTI = 0x2000, IRQ = 0x4000 };
enum { KIND_LOBBY = 1, KIND_PLAY = 2 };
/** What the lobby is doing. */
enum { WAITS = 0, DEALS = 1, LOST = 2, TROUBLE = 3 };
/** Frames or exchanges until something is believed. */
enum { PATIENCE = 30, SHOWN = 180, DEALT = 4 };

static volatile u16 words[RIDERS];
static volatile u32 arrived;
static u32 outgoing, silence, bad, good, dealt, seed, entropy;

void openLink(void) {
	REG(RCNT) = 0;
	REG(SIOCNT) = MULTI;
	REG(SIOCNT) = MULTI | IRQ | BAUD_115200;
	REG(SIOMLT_SEND) = outgoing = KIND_LOBBY << 14;
}

/** The serial interrupt: an exchange is over. */
void serial(void) {
	for (u32 i = 0; i < RIDERS; i++) words[i] = REG(SIOMULTI0 + i * 2);
	game.me = REG(SIOCNT) >> 4 & 3;
	arrived++;
}

/** In the middle of the picture, when all have long written their words, the parent begins. */
void lineEighty(void) {
	u16 control = REG(SIOCNT);
	if (!(control & (CHILD | START)) && control & ALL_READY) REG(SIOCNT) = control | START;
}

static u32 kind(u32 i) { return words[i] >> 14; }
static u32 small(u32 i) { return words[i] >> 12 & 3; }
static u32 middle(u32 i) { return words[i] >> 8 & 15; }

static u32 connected(void) {
	u32 count = 0;
	while (count < RIDERS && kind(count) == KIND_LOBBY) count++;
	return count;
}

static void pulled(void) {
	game.state = PULLED;
	game.pulled++;
	game.ready = bad = good = silence = 0;
}

static void parted(void) {
	game.state = OUT_OF_STEP;
	game.parted++;
	game.timer = SHOWN;
	game.ready = 0;
}

static void lobby(u32 keys) {
	u32 count = connected();
	u32 ready = count;
	game.players = count;
	if (keys & (KEY_A | KEY_START) && !game.ready) {
		game.ready = 1;
		beep(3);
	}
	if (keys & KEY_B) game.ready = 0;
	for (u32 i = 0; i < count; i++) ready -= middle(i) == WAITS && words[i] & 1;
	if (game.me == 0 && game.state == LOBBY && count > 1 && ready == 0) {
		game.state = DEAL;
		game.rng = (game.frames * 0x9E3779B1u ^ entropy) | 1;
	}
	if (count < 2 || middle(0) != DEALS) {
		dealt = 0;
		seed = 0;
		if (game.state == DEAL && game.me != 0) game.state = LOBBY;
		return;
	}
	// The parent deals the seed of the random numbers, eight bits an exchange.
	if (small(0) != dealt) return;
	game.state = DEAL;
	seed |= (u32) (words[0] & 0xFF) << (8 * dealt);
	if (++dealt < DEALT) return;
	dealt = 0;
	startMatch(count, seed);
	seed = 0;
}

static void play(void) {
	u8 keys[RIDERS] = { 0 };
	u32 hash = hashGame() & 15;
	u32 present = 1, together = 1, agreed = 1;
	for (u32 i = 0; i < game.players; i++) {
		if (kind(i) == KIND_LOBBY && middle(i) == TROUBLE) {
			parted();
			return;
		}
		present &= kind(i) == KIND_PLAY;
		together &= small(i) == (game.tick & 3);
		agreed &= middle(i) == hash;
		keys[i] = words[i];
	}
	if (!present) {
		if (++bad > PATIENCE) pulled();
		return;
	}
	bad = 0;
	if (!together) return;
	if (!agreed) {
		parted();
		return;
	}
	tickGame(keys);
	if (game.state == LOBBY) dealt = seed = 0;
}

static u32 word(u32 keys) {
	switch (game.state) {
	case LOBBY:
		return KIND_LOBBY << 14 | WAITS << 8 | game.ready;
	case DEAL:
		if (game.me != 0) return KIND_LOBBY << 14 | WAITS << 8 | 1;
		return KIND_LOBBY << 14 | dealt << 12 | DEALS << 8 | (game.rng >> (8 * dealt) & 0xFF);
	case PULLED:
		return KIND_LOBBY << 14 | LOST << 8;
	case OUT_OF_STEP:
		return KIND_LOBBY << 14 | TROUBLE << 8;
	default:
		return KIND_PLAY << 14 | (game.tick & 3) << 12 | (hashGame() & 15) << 8 | (keys & 0xFF);
	}
}

/** Once a frame: takes in what came, and says what this console has to say. */
void exchange(u32 keys) {
	static u32 taken;
	entropy = entropy * 31 + keys;
	u32 fresh = arrived != taken;
	taken = arrived;
	if (fresh) {
		game.exchanges++;
		silence = 0;
	} else if (++silence > PATIENCE) {
		if (game.state >= DEAL && game.state <= MATCH_OVER) pulled();
		if (game.state == LOBBY) {
			game.players = 1;
			game.ready = 0;
		}
		good = silence = 0;
	}
	if (game.state == OUT_OF_STEP && --game.timer == 0) game.state = LOBBY;
	if (fresh) {
		if (game.state == LOBBY || game.state == DEAL) lobby(keys);
		else if (game.state == PULLED) {
			good = connected() > 1 ? good + 1 : 0;
			if (good > PATIENCE) game.state = LOBBY;
		} else if (game.state != OUT_OF_STEP)
			play();
	}
	// Keys of a tick are fixed when it is first offered: all consoles must get the same.
	static u32 offered = ~0u, offeredKeys;
	if (game.tick != offered || game.state < PLAY || game.state > MATCH_OVER) offeredKeys = keys;
	offered = game.tick;
	outgoing = word(offeredKeys);
	REG(SIOMLT_SEND) = outgoing;
}
