// Display lists in the format F3DEX2, which emulators' graphics plugins know; drawn by them, not by a microcode.
#pragma once
#include "game.h"

/** x and y, z and nothing, 16 bits each; a place in a texture, of which there are none. */
struct Vertex {
  u32 place[2], texture;
  struct Color color;
};

/** A metre in vertices' units. */
enum { UNIT = 256 };
/** Vertices that a command may use at a time. */
enum { LOADED = 32 };

/** How what follows is drawn: over all that is there, or by depth; solid, or by the vertices' alpha. */
enum Way { OVER, OVER_CLEAR, SOLID, CLEAR };

extern u32 *list;

static inline void put(u32 a, u32 b) {
  *list++ = a;
  *list++ = b;
}
/** `count` vertices into the processor's slots from `at` on. */
static inline void load(const struct Vertex *v, u32 count, u32 at) {
  put(0x01000000 | count << 12 | (at + count) << 1, PHYSICAL(v));
}
static inline void triangle(u32 a, u32 b, u32 c) { put(0x05000000 | a << 17 | b << 9 | c << 1, 0); }
static inline void triangles(u32 a, u32 b, u32 c, u32 d, u32 e, u32 f) {
  put(0x06000000 | a << 17 | b << 9 | c << 1, d << 17 | e << 9 | f << 1);
}
/** A list that is called, and goes on after it. */
static inline void call(const u32 *sub) { put(0xde000000, PHYSICAL(sub)); }
static inline void end(void) { put(0xdf000000, 0); }
static inline void vertex(struct Vertex *v, s32 x, s32 y, s32 z, struct Color color) {
  v->place[0] = (u32)x << 16 | ((u32)y & 0xffff);
  v->place[1] = (u32)z << 16;
  v->color = color;
}

void startGpu(void);
void beginList(u16 *picture);
/** Has the list drawn, and waits for it. */
void runList(void);
/** Room for vertices of this frame. */
struct Vertex *vertices(u32 count);
void way(enum Way how);
/** 16.16, rows of four, vertices from the left. */
void camera(const s32 *m);
void model(const s32 *m);
/** Triangles of three vertices each. */
void faces(const struct Vertex *v, u32 count);
/** A disc of 16 sides, or of 30 (fine), in the plane of x and y, or (flat) of x and z. */
void disc(s32 x, s32 y, s32 z, s32 rx, s32 ry, u32 flat, u32 fine, struct Color middle, struct Color rim);
/** A strip between two lines of `count` vertices that alternate: one of the first, one of the second. */
void strip(const struct Vertex *v, u32 count);
