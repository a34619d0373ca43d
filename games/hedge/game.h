/* Hedge: two to four riders on one cable. Every console runs the whole game from the same words on the wire. */
#pragma once
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef signed int s32;

enum { WIDTH = 30, HEIGHT = 19, RIDERS = 4, WINS = 3 };
enum State { LOBBY, DEAL, PLAY, ROUND_OVER, MATCH_OVER, PULLED, OUT_OF_STEP };
enum Cell { GRASS, HEDGE = 1 /* to 4: whose */, AXE = 5, WALL = 6 };
enum Dir { UP, RIGHT, DOWN, LEFT };
enum Key { KEY_A = 1, KEY_B = 2, KEY_START = 8, KEY_RIGHT = 16, KEY_LEFT = 32, KEY_UP = 64, KEY_DOWN = 128 };

struct Rider {
	s32 x, y;
	u32 dir, alive, wins, axes;
	/** Direction that was asked for since the last cell. */
	u32 wanted;
	u32 turns;
};

/** All that the game is, at 0x02000000: what bots and probes read. README.md has the addresses. */
struct Game {
	u32 magic;
	u32 frames;
	u32 state;
	u32 players, me, ready;
	u32 rng, draws;
	/** Ticks of the match, which all consoles count alike. */
	u32 tick;
	u32 round;
	/** Ticks left in this state. */
	u32 timer;
	/** Exchanges over the cable, times that it was pulled, times that consoles were out of step. */
	u32 exchanges, pulled, parted;
	u32 winner;
	u32 matches, won;
	struct Rider riders[RIDERS];
	u8 grid[HEIGHT][WIDTH + 2];
};
extern struct Game game;

/* play.c: the rules. No hardware here; the same words give the same game. */
void startMatch(u32 players, u32 seed);
void tickGame(const u8 keys[RIDERS]);
u32 hashGame(void);

/* link.c: one exchange a frame. */
void openLink(void);
void serial(void);
void lineEighty(void);
void exchange(u32 keys);

/* draw.c */
void openScreen(void);
void drawScreen(void);
void beep(u32 tone);
