#include "game.h"

enum { SERVE_TIME = 40, POINT_TIME = 60, OVER_TIME = 200, BALL = 3, FASTEST = 40 };

/** A 16-bit LFSR, seeded over the cable. */
static u8 draw(void) {
	u16 x = game.rng;
	u8 k;
	for (k = 0; k < 5; k++) x = (x >> 1) ^ (x & 1 ? 0xB400 : 0);
	game.rng = x;
	game.draws++;
	return (u8) x;
}

static void serve(void) {
	u8 k;
	game.x = 80 << 3;
	game.y = (s16) (48 + (draw() & 63)) << 3;
	game.vx = draw() & 1 ? 10 : -10;
	game.vy = (s16) (draw() & 15) - 8;
	for (k = 0; k < BUMPERS; k++) {
		game.bumperX[k] = 48 + ((draw() & 7) << 3);
		game.bumperY[k] = TOP + 8 + ((draw() & 7) << 3) + (k << 3);
	}
	game.hits = 0;
	game.state = SERVE;
	game.timer = SERVE_TIME;
}

void startMatch(void) {
	if (game.rng == 0) game.rng = 1;
	game.draws = game.tick = 0;
	game.score[0] = game.score[1] = 0;
	game.rallies = 0;
	game.bat[0] = game.bat[1] = 68;
	serve();
}

static void move(u8 side, u8 keys) {
	u8 y = game.bat[side];
	if (keys & KEY_UP && y > TOP) y -= 2;
	if (keys & KEY_DOWN && y < BOTTOM - BAT) y += 2;
	game.bat[side] = y;
}

/** Off the bat of a side: the further from its middle, the steeper. */
static void bounce(u8 side) {
	s16 y = game.y >> 3;
	s16 off = y - (s16) game.bat[side] - BAT / 2;
	if (off < -(BAT / 2 + BALL) || off > BAT / 2 + BALL) return;
	s16 speed = game.vx < 0 ? -game.vx : game.vx;
	if (speed < FASTEST) speed++;
	game.vx = side == 0 ? speed : -speed;
	game.vy = off + (s16) (draw() & 3) - 1;
	game.hits++;
	beep(2);
}

static void point(u8 side) {
	game.score[side]++;
	game.rallies++;
	game.state = game.score[side] == GOAL ? OVER : POINT;
	game.timer = game.state == OVER ? OVER_TIME : POINT_TIME;
	beep(0);
}

static void fly(void) {
	u8 k;
	game.x += game.vx;
	game.y += game.vy;
	s16 x = game.x >> 3, y = game.y >> 3;
	if (y < TOP + BALL && game.vy < 0) game.vy = -game.vy;
	if (y > BOTTOM - BALL && game.vy > 0) game.vy = -game.vy;
	for (k = 0; k < BUMPERS; k++) {
		if (game.bumperY[k] == 0) continue;
		s16 dx = x - (s16) game.bumperX[k], dy = y - (s16) game.bumperY[k];
		if (dx < -BALL || dx > 8 + BALL || dy < -BALL || dy > 8 + BALL) continue;
		game.bumperY[k] = 0;
		game.vx = -game.vx;
		game.vy += (s16) (draw() & 7) - 4;
		beep(3);
		break;
	}
	if (game.vx < 0 && x <= LEFT + 4 + BALL && x > LEFT - 4) bounce(0);
	if (game.vx > 0 && x >= RIGHT - BALL && x < RIGHT + 8) bounce(1);
	if (x < 2) point(1);
	else if (x > 158) point(0);
}

void tickGame(u8 left, u8 right) {
	game.tick++;
	if (game.state == PLAY || game.state == SERVE) {
		move(0, left);
		move(1, right);
	}
	if (game.state == PLAY) {
		fly();
		return;
	}
	if (--game.timer) return;
	if (game.state == SERVE) game.state = PLAY;
	else if (game.state == POINT) serve();
	else {
		game.state = LOBBY;
		game.ready = 0;
		dirty = 1;
	}
}

/** One bit of what both consoles must agree on. */
u8 hashGame(void) {
	u8 h = (u8) game.x ^ (u8) game.y ^ (u8) game.rng ^ (u8) (game.rng >> 8) ^ game.bat[0] ^ game.bat[1] ^ (u8) game.tick;
	h ^= h >> 4;
	h ^= h >> 2;
	return (h ^ h >> 1) & 1;
}
