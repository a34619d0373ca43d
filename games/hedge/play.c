#include "game.h"

enum { TICKS_A_CELL = 5, TICKS_AN_AXE = 90, BANNER = 90, LAST_BANNER = 240 };
static const s32 dx[4] = { 0, 1, 0, -1 }, dy[4] = { -1, 0, 1, 0 };

/** xorshift32 (Marsaglia 2003), seeded over the cable. */
static u32 draw(u32 below) {
	u32 x = game.rng;
	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	game.rng = x;
	game.draws++;
	return (x >> 8) % below;
}

static void startRound(void) {
	static const u8 corner[4][3] = { { 3, 3, RIGHT }, { 26, 15, LEFT }, { 26, 3, DOWN }, { 3, 15, UP } };
	for (s32 y = 0; y < HEIGHT; y++)
		for (s32 x = 0; x < WIDTH; x++)
			game.grid[y][x] = x == 0 || y == 0 || x == WIDTH - 1 || y == HEIGHT - 1 ? WALL : GRASS;
	u32 first = draw(4);
	for (u32 i = 0; i < game.players; i++) {
		struct Rider* r = &game.riders[i];
		const u8* at = corner[(first + i) & 3];
		r->x = at[0];
		r->y = at[1];
		r->dir = r->wanted = at[2];
		r->alive = 1;
		r->axes = 0;
		game.grid[r->y][r->x] = HEDGE + i;
	}
	game.state = PLAY;
	game.round++;
	game.timer = 0;
}

void startMatch(u32 players, u32 seed) {
	game.players = players;
	game.rng = seed ? seed : 1;
	game.draws = game.tick = game.round = 0;
	for (u32 i = 0; i < RIDERS; i++) game.riders[i] = (struct Rider) { 0 };
	startRound();
}

static void steer(struct Rider* r, u32 keys) {
	static const u8 bit[4] = { KEY_UP, KEY_RIGHT, KEY_DOWN, KEY_LEFT };
	for (u32 d = 0; d < 4; d++)
		if (keys & bit[d] && ((d ^ r->dir) & 1)) r->wanted = d; // across only: nobody turns on the spot
}

static void growAxe(void) {
	u32 x = 1 + draw(WIDTH - 2), y = 1 + draw(HEIGHT - 2);
	if (game.grid[y][x] == GRASS) game.grid[y][x] = AXE;
}

/** Whether the rider may come on this cell; an axe cuts a hedge, no wall. */
static u32 enters(struct Rider* r, u8* cell) {
	if (*cell == AXE) {
		r->axes++;
		beep(3);
		return 1;
	}
	if (*cell >= HEDGE && *cell < AXE && r->axes) {
		r->axes--;
		beep(2);
		return 1;
	}
	return *cell == GRASS;
}

static void ride(void) {
	u8* next[RIDERS] = { 0 };
	u32 alive = 0;
	for (u32 i = 0; i < game.players; i++) {
		struct Rider* r = &game.riders[i];
		if (!r->alive) continue;
		if (r->wanted != r->dir) r->turns++;
		r->dir = r->wanted;
		next[i] = &game.grid[r->y + dy[r->dir]][r->x + dx[r->dir]];
	}
	for (u32 i = 0; i < game.players; i++) {
		struct Rider* r = &game.riders[i];
		if (!next[i]) continue;
		u32 crash = 0;
		for (u32 k = 0; k < game.players; k++) crash |= k != i && next[k] == next[i];
		if (crash || !enters(r, next[i])) {
			r->alive = 0;
			beep(0);
		}
	}
	for (u32 i = 0; i < game.players; i++) {
		struct Rider* r = &game.riders[i];
		if (!r->alive) continue;
		r->x += dx[r->dir];
		r->y += dy[r->dir];
		game.grid[r->y][r->x] = HEDGE + i;
		alive++;
		game.winner = i;
	}
	if (alive > 1) return;
	if (alive) game.riders[game.winner].wins++;
	else game.winner = RIDERS;
	u32 last = alive && game.riders[game.winner].wins == WINS;
	game.state = last ? MATCH_OVER : ROUND_OVER;
	game.timer = last ? LAST_BANNER : BANNER;
}

void tickGame(const u8 keys[RIDERS]) {
	game.tick++;
	if (game.state == PLAY) {
		for (u32 i = 0; i < game.players; i++) steer(&game.riders[i], keys[i]);
		if (game.tick % TICKS_AN_AXE == 0) growAxe();
		if (game.tick % TICKS_A_CELL == 0) ride();
	} else if (--game.timer == 0) {
		if (game.state == ROUND_OVER) startRound();
		else {
			game.state = LOBBY;
			game.ready = 0;
		}
	}
}

/** What all consoles must agree on: they compare four bits of it at each tick. */
u32 hashGame(void) {
	u32 hash = game.rng ^ game.tick;
	for (u32 i = 0; i < game.players; i++) {
		struct Rider* r = &game.riders[i];
		hash = hash * 31 + (r->x | r->y << 8 | r->dir << 16 | r->alive << 20 | r->axes << 24);
	}
	return (hash ^ hash >> 8 ^ hash >> 16 ^ hash >> 24) & 0xFF;
}
