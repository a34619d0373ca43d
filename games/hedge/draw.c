#include "game.h"
#include "font.h"

#define REG(at) (*(volatile u16*) (0x04000000 + (at)))
#define TILES ((volatile u16*) 0x06000000)
#define MAP ((volatile u16*) 0x0600F800)
#define COLORS ((volatile u16*) 0x05000000)
enum { T_GRASS = 64, T_HEDGE, T_HEAD, T_AXE, T_WALL };

/** Rows of pixels, two bits each: ground, first, second, third color of the palette. */
static const u16 art[5][8] = {
	{ 0x0000, 0x0000, 0x0100, 0x0000, 0x0000, 0x0000, 0x0010, 0x0000 },
	{ 0x5555, 0x5965, 0x5555, 0x6556, 0x5555, 0x5595, 0x5655, 0x5555 },
	{ 0x0550, 0x1AA4, 0x6AA9, 0x6EB9, 0x6AA9, 0x6AA9, 0x1AA4, 0x0550 },
	{ 0x0000, 0x03C0, 0x0FF0, 0x03F0, 0x0280, 0x0280, 0x0280, 0x0000 },
	{ 0xAAAA, 0x6AAA, 0x6AAA, 0x5555, 0xAAAA, 0xAA6A, 0xAA6A, 0x5555 },
};

static void putTile(u32 tile, u32 row, u32 pixels) {
	TILES[tile * 16 + row * 2] = pixels;
	TILES[tile * 16 + row * 2 + 1] = pixels >> 16;
}

void openScreen(void) {
	for (u32 c = 0; c < 64; c++)
		for (u32 row = 0; row < 8; row++) {
			u32 pixels = 0;
			for (u32 x = 0; x < 8; x++) pixels |= (u32) (font[c][row] >> x & 1) << (4 * x);
			putTile(c, row, pixels);
		}
	for (u32 t = 0; t < 5; t++)
		for (u32 row = 0; row < 8; row++) {
			u32 pixels = 0;
			for (u32 x = 0; x < 8; x++) pixels |= (u32) (art[t][row] >> (2 * x) & 3) << (4 * x);
			putTile(T_GRASS + t, row, pixels);
		}
	static const u16 palette[5][4] = {
		{ 0x08A2, 0x7FFF, 0x2D6B, 0x5294 }, { 0x08A2, 0x1F3F, 0x0E0F, 0x7FFF }, { 0x08A2, 0x7EAA, 0x5C03, 0x7FFF },
		{ 0x08A2, 0x2BEE, 0x0B20, 0x7FFF }, { 0x08A2, 0x72BF, 0x4C12, 0x7FFF },
	};
	for (u32 p = 0; p < 5; p++)
		for (u32 c = 0; c < 4; c++) COLORS[p * 16 + c] = palette[p][c];
	REG(0x08) = 31 << 8; // BG0: tiles at 0, map at block 31
	REG(0x00) = 0x0100;
	REG(0x84) = 0x0080; // sound on
	REG(0x80) = 0x1177;
	REG(0x82) = 2;
}

/** A short square wave. */
void beep(u32 tone) {
	static const u16 frequency[4] = { 1100, 1500, 1700, 1850 };
	REG(0x60) = 0;
	REG(0x62) = 0xA180 | 0x20;
	REG(0x64) = 0x8000 | frequency[tone];
}

static void text(u32 x, u32 y, u32 palette, const char* s) {
	for (; *s; s++, x++) MAP[y * 32 + x] = palette << 12 | (*s - 32);
}

static void number(u32 x, u32 y, u32 palette, u32 n) { MAP[y * 32 + x] = palette << 12 | ('0' + n % 10 - 32); }

static void clear(void) {
	for (u32 i = 0; i < 20 * 32; i++) MAP[i] = 0;
}

static void banner(const char* s, u32 palette) {
	u32 length = 0;
	while (s[length]) length++;
	for (u32 x = 14 - length / 2; x < 17 + length / 2; x++) MAP[9 * 32 + x] = MAP[10 * 32 + x] = MAP[11 * 32 + x] = 0;
	text(15 - length / 2, 10, palette, s);
}

static void drawField(void) {
	for (u32 y = 0; y < HEIGHT; y++)
		for (u32 x = 0; x < WIDTH; x++) {
			u32 cell = game.grid[y][x];
			u32 tile = cell == GRASS ? T_GRASS : cell == AXE ? T_AXE : cell == WALL ? T_WALL : T_HEDGE;
			MAP[(y + 1) * 32 + x] = tile | (cell >= HEDGE && cell < AXE ? cell << 12 : 0);
		}
	for (u32 i = 0; i < game.players; i++) {
		struct Rider* r = &game.riders[i];
		if (r->alive) MAP[(r->y + 1) * 32 + r->x] = T_HEAD | (i + 1) << 12;
		text(i * 7, 0, i + 1, i == game.me ? "ME" : "P ");
		if (i != game.me) number(i * 7 + 1, 0, i + 1, i + 1);
		number(i * 7 + 3, 0, i + 1, r->wins);
		MAP[i * 7 + 4] = T_AXE;
		number(i * 7 + 5, 0, i + 1, r->axes);
	}
}

static void drawLobby(void) {
	text(12, 3, 3, "HEDGE");
	text(5, 5, 0, "THE LAST RIDER WINS");
	text(4, 8, 0, "CONSOLES ON THE CABLE:");
	number(27, 8, 0, game.players);
	if (game.players < 2) text(4, 11, 0, "WAITING FOR OTHERS...");
	else {
		text(9, 11, game.me + 1, "YOU ARE P");
		number(18, 11, game.me + 1, game.me + 1);
		text(5, 13, 0, game.ready ? "READY. WAITING FOR ALL" : "PRESS A WHEN READY");
	}
	text(7, 17, 0, "MATCHES    WON");
	number(15, 17, 0, game.matches / 10);
	number(16, 17, 0, game.matches);
	number(22, 17, 0, game.won / 10);
	number(23, 17, 0, game.won);
}

void drawScreen(void) {
	static u32 before = ~0u;
	if (game.state != before || game.state < PLAY || game.state > MATCH_OVER) clear();
	before = game.state;
	switch (game.state) {
	case LOBBY:
	case DEAL:
		drawLobby();
		return;
	case PULLED:
		text(9, 8, 0, "CABLE PULLED");
		text(5, 11, 0, "PLUG IT IN TO GO ON");
		return;
	case OUT_OF_STEP:
		text(9, 9, 0, "OUT OF STEP");
		return;
	}
	drawField();
	if (game.state == PLAY) return;
	if (game.winner == RIDERS) banner("NOBODY IS LEFT", 0);
	else if (game.state == ROUND_OVER) banner(game.winner == game.me ? "THE ROUND IS YOURS" : "ROUND OVER", game.winner + 1);
	else banner(game.winner == game.me ? "YOU WIN THE MATCH!" : "YOU LOSE THE MATCH", game.winner + 1);
}
