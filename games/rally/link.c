/*
 * One exchange a frame. The leader gives the clock, the follower has its byte ready. A byte: bits 6-7 say what it is
 * (0 play, 1 lobby, 2 deal; 3 is an empty socket). Play: two bits of the tick, a bit of a hash, up, down. Both consoles know
 * both bytes, so both decide alike; an exchange where they are not at the same tick is made again.
 */
#include "game.h"

enum { PLAYS = 0x00, WAITS = 0x40, DEALS = 0x80, KIND = 0xC0, READY = 0x20, HELLO = 0x15, LOST = 0x0A, TROUBLE = 0x0C, INDEX = 0x30 };
/** Frames until something is believed, and that trouble is shown. */
enum { PATIENCE = 30, SHOWN = 120, DEALT = 4 };
enum { START_EXTERNAL = 0x80, START_INTERNAL = 0x81 };

static volatile u8 incoming, arrived;
static u8 outgoing, silence, bad, good, dealt, offered, offeredKeys;
static u16 seed, entropy;

void openLink(void) {
	outgoing = WAITS | HELLO;
	PORT(SB) = outgoing;
	PORT(SC) = START_EXTERNAL;
}

/** The serial interrupt: a byte is out, and one is in. */
void serial(void) {
	incoming = PORT(SB);
	arrived = 1;
}

/** In the middle of the picture, when the other has long put its byte out, the leader begins. */
void leadNow(void) {
	if (game.role == LEADER && (PORT(SC) & START_INTERNAL) != START_INTERNAL) {
		PORT(SB) = outgoing;
		PORT(SC) = START_INTERNAL;
	}
}

static void pulled(void) {
	game.state = PULLED;
	game.pulled++;
	game.ready = bad = good = silence = 0;
	dirty = 1;
}

static void parted(void) {
	game.state = OUT_OF_STEP;
	game.parted++;
	game.timer = SHOWN;
	game.ready = 0;
	dirty = 1;
}

static void lobby(u8 keys) {
	u8 other = incoming & KIND;
	if (game.role == NOBODY && incoming != 0xFF) game.role = FOLLOWER;
	u8 was = game.other;
	game.other = other == WAITS ? (incoming & READY ? 2 : 1) : other == DEALS ? 2 : 0;
	if (was != game.other) dirty = 1;
	if (keys & KEY_A && game.other && !game.ready) {
		game.ready = 1;
		dirty = 1;
		beep(3);
	}
	if (game.role == LEADER) {
		if (game.ready && game.other == 2 && game.state == LOBBY) {
			game.state = DEAL;
			dealt = 0;
			seed = entropy ^ game.frames ^ ((u16) PORT(DIV) << 8);
			return;
		}
		if (game.state != DEAL || other != DEALS || (incoming & INDEX) != (u8) (dealt << 4)) return;
		if (++dealt == DEALT) {
			game.rng = seed;
			startMatch();
		}
	} else if (other == DEALS) {
		// Its own word of this exchange said what it had; the nibble is the next one.
		if (game.state != DEAL) {
			game.state = DEAL;
			dealt = 0;
			seed = 0;
			return;
		}
		if ((incoming & INDEX) != (u8) (dealt << 4)) return;
		seed |= (u16) (incoming & 15) << (dealt << 2);
		if (++dealt == DEALT) {
			game.rng = seed;
			startMatch();
		}
	}
}

static void play(void) {
	if (incoming == (WAITS | TROUBLE)) {
		parted();
		return;
	}
	if ((incoming & KIND) != PLAYS) {
		if (++bad > PATIENCE) pulled();
		return;
	}
	bad = 0;
	if ((incoming >> 4 & 3) != ((u8) game.tick & 3)) return;
	if ((incoming >> 3 & 1) != hashGame()) {
		parted();
		return;
	}
	if (game.role == LEADER) tickGame(offeredKeys, incoming & 3);
	else tickGame(incoming & 3, offeredKeys);
}

static u8 word(void) {
	switch (game.state) {
	case LOBBY:
		return WAITS | HELLO | (game.ready ? READY : 0);
	case DEAL:
		return DEALS | dealt << 4 | (game.role == LEADER ? (u8) (seed >> (dealt << 2)) & 15 : 0);
	case PULLED:
		return WAITS | LOST;
	case OUT_OF_STEP:
		return WAITS | TROUBLE;
	}
	return PLAYS | ((u8) game.tick & 3) << 4 | hashGame() << 3 | (offeredKeys & 3);
}

/** Once a frame: takes in what came, and says what this console has to say. */
void exchange(u8 keys) {
	u8 fresh = arrived;
	arrived = 0;
	if (game.role == LEADER && incoming == 0xFF) fresh = 0; // a leader hears itself alone
	entropy = (entropy << 1) + keys + (entropy >> 15);
	if (fresh) {
		game.exchanges++;
		silence = 0;
	} else if (++silence > PATIENCE) {
		silence = good = 0;
		if (game.state >= DEAL && game.state <= OVER) pulled();
		else if (game.state == LOBBY && game.other) {
			game.other = game.ready = 0;
			game.role = NOBODY;
			dirty = 1;
		} else if (game.role == LEADER && game.state == LOBBY && game.frames & 64)
			game.role = NOBODY;
	}
	if (game.state == OUT_OF_STEP && --game.timer == 0) {
		game.state = LOBBY;
		dirty = 1;
	}
	if (game.state == LOBBY && game.role == NOBODY && keys & KEY_A) game.role = LEADER;
	if (fresh) {
		if (game.state == LOBBY || game.state == DEAL) lobby(keys);
		else if (game.state == PULLED) {
			if (++good > PATIENCE) {
				game.state = LOBBY;
				game.other = 0;
				dirty = 1;
			}
		} else if (game.state != OUT_OF_STEP)
			play();
	}
	// Keys of a tick are fixed when it is first offered: both consoles must get the same.
	if ((u8) game.tick != offered || game.state < SERVE || game.state > OVER) offeredKeys = keys;
	offered = (u8) game.tick;
	outgoing = word();
	if (game.role != LEADER) {
		PORT(SB) = outgoing;
		PORT(SC) = START_EXTERNAL;
	}
}
