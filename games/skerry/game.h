// Skerry: what the parts share. `struct World` is the contract with profile.json and bot.ts: README.md documents it.
#pragma once
#include "n64.h"

/** 16.16 fixed point; one is a metre or so. */
typedef s32 fix;
#define FIX(n) ((fix)((n) * 65536))
#define ONE 65536

enum { WIDTH = 320, HEIGHT = 240 };
enum { LEGS = 6, OBJECTS = 96, VIEW = 112 };
#define LEG FIX(400)
#define SHORE FIX(22)
enum Phase { TITLE, SAIL, HOME, SUNK };
enum Kind { NONE, ROCK, LANTERN, GLASS, LIGHTHOUSE };

struct Object {
  fix x, z, size;
  u8 kind, state, look, pad;
};

struct World {
  char magic[8];
  u32 frame, blanks, late, polls; // 0x08
  u32 phase, since;               // 0x18
  u32 random, draws;              // 0x20
  fix x, z, y;                    // 0x28
  s32 heading;                    // 0x34, 65536 a turn
  fix speed, wind;                // 0x38
  s32 score, hull, leg;           // 0x40
  s32 lanterns, chain, glasses;   // 0x4c
  s32 glints, seen, hits, safe;   // 0x58
  fix gust;                       // 0x68
  s32 gustLeft;                   // 0x6c
  fix legEnd, charted;            // 0x70
  s32 next, best;                 // 0x78
  u32 held, pressed;              // 0x80
  s32 stickX, stickY;             // 0x88
  s32 shake, shine;               // 0x90
  u32 removed, hue;               // 0x98
  s32 bank, pitch;                // 0xa0
  struct Object objects[OBJECTS]; // 0xa8
};
extern struct World world;
#define W (&world)

struct Color {
  u8 r, g, b, a;
};

/** How a leg looks; the colours go over into the next leg's. */
struct Look {
  struct Color top, middle, haze, sun, deep, crest, rock;
  s32 azimuth, elevation; // of the sun or moon, 65536 a turn
  s32 waves;              // 256: a metre or so
  s32 stars, aurora, rain; // 0 to 255
};
extern struct Look look;

// math.c
u32 random(void);
u32 hash(u32 x);
fix sine(s32 turn);
#define cosine(turn) sine((turn) + 16384)
u32 root(u32 n);
static inline fix mul(fix a, fix b) { return (fix)((s64)a * b >> 16); }
static inline fix clamp(fix n, fix low, fix high) { return n < low ? low : n > high ? high : n; }
static inline fix size(fix n) { return n < 0 ? -n : n; }
/** From `a` at 0 to `b` at 256. */
static inline s32 mix(s32 a, s32 b, s32 n) { return a + ((b - a) * n >> 8); }
struct Color blend(struct Color a, struct Color b, s32 n);
static inline struct Color fade(struct Color c, s32 a) {
  c.a = (u8)clamp(a, 0, 255);
  return c;
}

// play.c, chart.c, mirror.c
void play(void);
void chart(void);
void lookIntoGlass(void);

// look.c
void startLook(void);
void moveLook(void);

// sound.c
enum Effect { EFFECT_NONE, EFFECT_LANTERN, EFFECT_GLASS, EFFECT_CRASH, EFFECT_LEG, EFFECT_GUST, EFFECT_SUNK };
void startSound(void);
void fillSound(void);
void effect(enum Effect which);

// draw.c
extern u16 *shown; // the picture that was drawn last
void startDrawing(void);
void draw(void);
void burst(fix x, fix y, fix z, struct Color color, u32 count);
void moveSparks(void);
