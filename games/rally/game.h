/* Rally: two bats and a ball, one cable. Both consoles play the whole game from the same two bytes a tick. */
#ifndef GAME_H
#define GAME_H
typedef unsigned char u8;
typedef signed char s8;
typedef unsigned int u16;
typedef signed int s16;

#define PORT(at) (*(volatile u8*) (0xFF00 + (at)))
enum { P1 = 0x00, SB = 0x01, SC = 0x02, DIV = 0x04, IF = 0x0F, NR10 = 0x10, NR11, NR12, NR13, NR14, NR50 = 0x24, NR51, NR52 };
enum { LCDC = 0x40, STAT, SCY, SCX, LY, LYC, DMA, BGP, OBP0, OBP1, BCPS = 0x68, BCPD, OCPS, OCPD, IE = 0xFF };

enum { LOBBY, DEAL, SERVE, PLAY, POINT, OVER, PULLED, OUT_OF_STEP };
enum { NOBODY, LEADER, FOLLOWER };
enum { KEY_UP = 1, KEY_DOWN = 2, KEY_A = 4, KEY_B = 8 };
enum { BUMPERS = 4, GOAL = 5, TOP = 24, BOTTOM = 136, LEFT = 12, RIGHT = 144, BAT = 24 };

/** All that the game is, at $C000: what bots and probes read. README.md has the addresses. */
struct Game {
	u8 magic[4];
	u16 frames;
	u8 state, role, ready, other;
	u16 rng, draws;
	/** Ticks of the match, which both consoles count alike. */
	u16 tick;
	/** Ticks left in this state. */
	u8 timer;
	u8 score[2];
	/** Middle of the ball, in eighths of pixels, and its way in a tick. */
	s16 x, y, vx, vy;
	/** Top of the left bat and of the right one, pixels. */
	u8 bat[2];
	u8 bumperX[BUMPERS], bumperY[BUMPERS];
	u8 hits, rallies;
	u16 exchanges;
	u8 pulled, parted, matches, won;
};
extern volatile struct Game __at(0xC000) game;
/** Set where a picture of text must be drawn anew. */
extern u8 dirty, color;

/* play.c: the rules; no hardware. */
void startMatch(void);
void tickGame(u8 left, u8 right);
u8 hashGame(void);

/* link.c */
void openLink(void);
void exchange(u8 keys);
void leadNow(void);

/* draw.c */
void openScreen(void);
void drawScreen(void);
void beep(u8 tone);

void goFast(void);
void halted(void);
#endif
