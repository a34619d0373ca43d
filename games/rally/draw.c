#include "game.h"
#include "font.h"

#define TILES ((volatile u8*) 0x8000)
#define MAP ((volatile u8*) 0x9800)
/** Sprites are written into OAM itself, in the vertical blank. */
#define OAM ((volatile u8*) 0xFE00)
enum { T_BALL = 64, T_BAT, T_BUMPER, T_NET, T_EDGE, TILE_COUNT };
enum { LCD_ON = 0x93 };

u8 dirty;
static const u8 art[5][8] = {
	{ 0x00, 0x38, 0x7C, 0x7C, 0x7C, 0x38, 0x00, 0x00 },
	{ 0xF0, 0xF0, 0xF0, 0xF0, 0xF0, 0xF0, 0xF0, 0xF0 },
	{ 0x7E, 0x81, 0xBD, 0xA5, 0xA5, 0xBD, 0x81, 0x7E },
	{ 0x18, 0x18, 0x18, 0x00, 0x00, 0x00, 0x18, 0x18 },
	{ 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00 },
};

static void colors(u8 port, u16 back, u16 front) {
	u8 k;
	PORT(port) = 0x80;
	for (k = 0; k < 4; k++) {
		u16 c = k == 0 ? back : front;
		PORT(port + 1) = (u8) c;
		PORT(port + 1) = (u8) (c >> 8);
	}
}

void openScreen(void) {
	u16 i;
	u8 row;
	volatile u8* to = TILES;
	PORT(LCDC) = 0;
	for (i = 0; i < 64 * 8; i++) {
		*to++ = font[i];
		*to++ = font[i];
	}
	for (i = 0; i < 5; i++)
		for (row = 0; row < 8; row++) {
			*to++ = art[i][row];
			*to++ = art[i][row];
		}
	for (i = 0; i < 160; i++) OAM[i] = 0;
	PORT(BGP) = 0xE4;
	PORT(OBP0) = 0xE4;
	PORT(SCX) = PORT(SCY) = 0;
	if (color == 0x11) {
		colors(BCPS, 0x2462, 0x6FBD);
		colors(OCPS, 0x2462, 0x1F7F);
	}
	PORT(NR52) = 0x80;
	PORT(NR50) = 0x77;
	PORT(NR51) = 0xFF;
	dirty = 1;
}

/** A short square wave. */
void beep(u8 tone) {
	PORT(NR10) = 0;
	PORT(NR11) = 0x9A;
	PORT(NR12) = 0xA1;
	PORT(NR13) = 0x40 + (tone << 5);
	PORT(NR14) = 0xC4 + (tone >> 1);
}

static void text(u8 x, u8 y, const char* s) {
	volatile u8* at = MAP + ((u16) y << 5) + x;
	while (*s) *at++ = *s++ - 32;
}

static void digit(u8 x, u8 y, u8 n) {
	while (n > 9) n -= 10;
	MAP[((u16) y << 5) + x] = '0' - 32 + n;
}

static void place(u8 sprite, u8 x, u8 y, u8 tile) {
	volatile u8* at = OAM + (sprite << 2);
	at[0] = y + 16;
	at[1] = x + 8;
	at[2] = tile;
	at[3] = 0;
}

/** A whole picture takes longer than a vertical blank: the LCD is off for it. */
static void redraw(void) {
	u16 i;
	PORT(LCDC) = 0;
	for (i = 0; i < 18 * 32; i++) MAP[i] = 0;
	for (i = 0; i < 160; i++) OAM[i] = 0;
	switch (game.state) {
	case LOBBY:
		text(7, 2, "RALLY");
		text(3, 4, "FIRST TO FIVE");
		if (game.other == 0) {
			text(1, 8, "NOBODY IS THERE");
			text(1, 10, "A: CALL THE OTHER");
		} else {
			text(1, 8, game.role == LEADER ? "YOUR BAT IS LEFT" : "YOUR BAT IS RIGHT");
			text(1, 10, game.ready ? "READY. WAITING..." : "A: READY");
		}
		text(1, 15, "MATCHES   WON");
		digit(9, 15, game.matches);
		digit(15, 15, game.won);
		break;
	case PULLED:
		text(4, 7, "CABLE PULLED");
		text(2, 10, "PLUG IT IN AGAIN");
		break;
	case OUT_OF_STEP:
		text(4, 8, "OUT OF STEP");
		break;
	default:
		for (i = 0; i < 20; i++) {
			MAP[2 * 32 + i] = T_EDGE;
			MAP[17 * 32 + i] = T_EDGE;
		}
		for (i = 3; i < 17; i++) MAP[(i << 5) + 9] = T_NET;
	}
	PORT(LCDC) = LCD_ON;
}

static void drawField(void) {
	u8 k;
	digit(4, 0, game.score[0]);
	digit(15, 0, game.score[1]);
	for (k = 0; k < 3; k++) {
		place(k, LEFT, game.bat[0] + (k << 3), T_BAT);
		place(3 + k, RIGHT, game.bat[1] + (k << 3), T_BAT);
	}
	if (game.state == PLAY || game.state == SERVE) place(6, (u8) (game.x >> 3) - 4, (u8) (game.y >> 3) - 3, T_BALL);
	else place(6, 0, 240, 0);
	for (k = 0; k < BUMPERS; k++) place(7 + k, game.bumperX[k], game.bumperY[k] ? game.bumperY[k] : 240, T_BUMPER);
	if (game.state == OVER) text(6, 0, (game.score[0] == GOAL) == (game.role == LEADER) ? "YOU WIN!" : "YOU LOSE");
}

void drawScreen(void) {
	static u8 before = 255;
	u8 field = game.state >= SERVE && game.state <= OVER;
	if (field != before || (dirty && !field)) redraw();
	before = field;
	dirty = 0;
	if (field) drawField();
}
