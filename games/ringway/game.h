// Ringway: what its parts share.
#pragma once
#include "ds.h"

typedef s32 fix; // 20.12 fixed point
#define ONE 4096
#define FIX(x) ((fix)((x) * 4096))

enum { TITLE, FLIGHT, FINISHED, LOST };
enum { NONE, RING, ROCK, CRYSTAL, GATE };
enum { OBJECTS = 64, BOLTS = 4, SPARKS = 96 };
#define COURSE FIX(1330)
#define VIEW FIX(46)
#define HAZE RGB(29, 13, 14) // where the sky meets the ground, and the fog

struct Object {
  fix x, y, z;
  s16 vx;      // 4.12 a frame
  u8 kind;
  u8 state;    // rings: frames since it was taken; others: 1 when it is gone
};

struct Bolt {
  fix x, y, z;
  u32 life;
};

/** All that is worth watching, at 0x02200000; README.md lists it for profiles. */
struct World {
  char magic[16];        // 00
  u32 frame;             // 10: frames of the game's own loop
  u32 phase;             // 14
  u32 timed;             // 18: 1: sparks fly for as long as the frame has time
  u32 random;            // 1c: state of the generator
  fix x, y, z;           // 20
  fix vx, vy;            // 2c
  fix speed;             // 34
  s32 score;             // 38
  fix energy;            // 3c: 0 to 100
  s32 rings;             // 40: taken
  s32 chain;             // 44: rings in a row
  s32 missed;            // 48: rings
  s32 hits;              // 4c
  s32 broken;            // 50: rocks shot
  u32 late;              // 54: frames that took longer than a frame
  u32 sparks;            // 58: made so far
  u32 since;             // 5c: frames in this phase
  u32 safe;              // 60: frames until a rock hurts again
  u32 cooling;           // 64: frames until the next bolt
  fix nextRow;           // 68
  fix pathX, pathY;      // 6c: where the rings lead
  u32 next;              // 74: slot of the next object
  u32 burst;             // 78: what bursts in this frame, 0 for nothing
  fix burstX, burstY, burstZ; // 7c
  fix bank;              // 88
  u32 shake;             // 8c
  u32 held, pressed;     // 90: keys
  struct Bolt bolts[BOLTS];       // 98
  struct Object objects[OBJECTS]; // d8
};
extern struct World world;
#define W (&world)

struct Spark {
  fix x, y, z;
  s16 vx, vy, vz;
  u8 life, color;
};
extern struct Spark sparks[SPARKS];

enum {
  KEY_A = 1, KEY_B = 2, KEY_SELECT = 4, KEY_START = 8, KEY_RIGHT = 16, KEY_LEFT = 32, KEY_UP = 64, KEY_DOWN = 128
};

// math.c
u32 random(void);
u32 hash(u32 x);
fix mul(fix a, fix b);
s32 divide(s32 a, s32 b);
fix over(fix a, fix b);
fix root(fix a);
fix sine(s32 turn); // 1024 is a whole turn
static inline fix cosine(s32 turn) { return sine(turn + 256); }
static inline fix size(fix a) { return a < 0 ? -a : a; }
static inline fix clamp(fix a, fix low, fix high) { return a < low ? low : a > high ? high : a; }

// play.c
void startFlight(void);
void play(void);
void effect(u32 which);

// sparks.c
void makeSparks(void);
void moveSparks(void);

// draw.c, models.c, ground.c
void startDrawing(void);
void draw(void);
void makeModels(void);
void drawShip(void);
void drawObject(const struct Object *);
void drawBolt(void);
void startGround(void);
void drawSky(void);
void drawGround(fix cameraZ);
void material(u32 diffuse, u32 ambient, u32 emission);
static inline void vertex(s32 x, s32 y, s32 z) {
  VTX_16 = (x & 0xffff) | (u32)y << 16;
  VTX_16 = z & 0xffff;
}

// screens.c, text.c
void startScreens(void);
void drawScreens(void);
void showScreens(void);
struct Page {
  u8 *pixels;
  s32 top, bottom; // rows that changed
};
void box(struct Page *, s32 x, s32 y, s32 w, s32 h, u32 color);
void text(struct Page *, s32 x, s32 y, u32 scale, u32 color, const char *words);
void centered(struct Page *, s32 y, u32 scale, u32 color, const char *words);
void number(struct Page *, s32 x, s32 y, u32 scale, u32 color, u32 value, u32 digits);
