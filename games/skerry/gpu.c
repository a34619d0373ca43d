#include "gpu.h"

enum { COMMANDS = 6144, VERTICES = 12288, MATRICES = 128 };

u32 *list;
static u32 commands[COMMANDS * 2] __attribute__((aligned(16)));
static struct Vertex arena[VERTICES] __attribute__((aligned(16)));
static struct Vertex *next;
static u32 matrices[MATRICES][16] __attribute__((aligned(16)));
static u32 matrix;
static u16 depth[WIDTH * HEIGHT] __attribute__((aligned(64)));

/**
 * There is no microcode here: emulators that draw the lists themselves (high-level emulation) tell microcodes apart by
 * a sum over the first 3 KiB, or by a name in the data. So the code is numbers of the sum, and the data is a name.
 */
static u32 code[1024] __attribute__((aligned(16)));
static const char data[2048] __attribute__((aligned(16))) = "\0\0\0\0\0\0\0\0RSP Gfx ucode F3DEX       fifo 2.08  Skerry's own";
enum { SUM = 0x03044b84, SUMMED = 768 };

static const s16 viewport[8] __attribute__((aligned(16))) = {WIDTH * 2, HEIGHT * 2, 511, 0, WIDTH * 2, HEIGHT * 2, 511, 0};

enum { COARSE = 16, FINE = 30 };
static s16 circles[2][FINE][2];
static u32 fans[2][2 * FINE + 2];

static void makeDiscs(void) {
  for (u32 fine = 0; fine < 2; fine++) {
    u32 sides = fine ? FINE : COARSE;
    list = fans[fine];
    for (u32 i = 0; i < sides; i++) {
      s32 turn = (s32)(65536 * i / sides);
      circles[fine][i][0] = (s16)(cosine(turn) >> 2);
      circles[fine][i][1] = (s16)(sine(turn) >> 2);
      triangle(0, i + 1, (i + 1) % sides + 1);
    }
    end();
  }
}

void startGpu(void) {
  makeDiscs();
  u32 sum = 0;
  for (u32 i = 0; i < 1024; i++) {
    code[i] = 0x13579bdf * (i + 1);
    if (i < SUMMED - 1) sum += code[i];
  }
  code[SUMMED - 1] = SUM - sum;
}

/** What the processor has in its cache goes to memory, for those who read it there. */
static void writeBack(void) {
  for (u32 line = 0x80000000; line < 0x80002000; line += 16) __asm__ volatile("cache 1, 0(%0)" ::"r"(line) : "memory");
}

static void rectangle(u32 color) {
  put(0xf7000000, color << 16 | color);
  put(0xf6000000 | (WIDTH - 1) << 14 | (HEIGHT - 1) << 2, 0);
  put(0xe7000000, 0);
}

static void picture(const u16 *to) {
  put(0xff100000 | (WIDTH - 1), PHYSICAL(to));
}

void beginList(u16 *to) {
  list = commands;
  next = arena;
  matrix = 0;
  put(0xe7000000, 0);
  put(0xed000000, WIDTH << 14 | HEIGHT << 2);
  put(0xfe000000, PHYSICAL(depth));
  put(0xef300c00, 0); // fill
  picture(depth);
  rectangle(0xfffc);
  picture(to);
  rectangle(1);
  put(0xef000c00, 0x0f0a4000);
  put(0xd7000000, 0); // no textures
  put(0xdc080008, PHYSICAL(viewport));
  put(0xdb0e0000, 0xffff);
  put(0xfcffffff, 0xfffe793c); // the vertices' colours
}

void runList(void) {
  put(0xe9000000, 0);
  end();
  writeBack();
  const u32 task[16] = {
      1, 0, PHYSICAL(code), 256, PHYSICAL(code), sizeof code, PHYSICAL(data), sizeof data,
      0, 0, 0, 0, PHYSICAL(commands), (u32)((u8 *)list - (u8 *)commands), 0, 0,
  };
  for (u32 i = 0; i < 16; i++) SP_MEMORY(0xfc0 + 4 * i) = task[i];
  SP_PC = 0;
  SP_STATUS = 0x125; // go
  while (!(SP_STATUS & 1)) {}
  while (!(MI_INTERRUPT & INTERRUPT_DP)) {}
  MI_MODE = 0x800;
  SP_STATUS = 8;
}

struct Vertex *vertices(u32 count) {
  if (next + count > arena + VERTICES) next = arena; // never: it would spoil a picture, and nothing else
  struct Vertex *v = next;
  next += count;
  return v;
}

void way(enum Way how) {
  static const u32 modes[4] = {0x0f0a4000, 0x00504240, 0x00552230, 0x00504a50};
  put(0xe7000000, 0);
  put(0xd9000000, how >= SOLID ? 0x00200005 : 0x00200004);
  put(0xef080c00, modes[how]);
}

static void multiply(const s32 *m, u32 flags) {
  u32 *to = matrices[matrix++];
  for (u32 i = 0; i < 8; i++) { // whole parts first, then fractions
    to[i] = ((u32)m[2 * i] & 0xffff0000) | (u32)m[2 * i + 1] >> 16;
    to[8 + i] = (u32)m[2 * i] << 16 | ((u32)m[2 * i + 1] & 0xffff);
  }
  put(0xda380000 | flags, PHYSICAL(to));
}

void camera(const s32 *m) { multiply(m, 7); }
void model(const s32 *m) { multiply(m, 3); }

void faces(const struct Vertex *v, u32 count) {
  while (count) {
    u32 now = count < 10 ? count : 10;
    load(v, now * 3, 0);
    u32 i = 0;
    for (; i + 1 < now; i += 2) triangles(3 * i, 3 * i + 1, 3 * i + 2, 3 * i + 3, 3 * i + 4, 3 * i + 5);
    if (i < now) triangle(3 * i, 3 * i + 1, 3 * i + 2);
    v += now * 3;
    count -= now;
  }
}

void disc(s32 x, s32 y, s32 z, s32 rx, s32 ry, u32 flat, u32 fine, struct Color middle, struct Color rim) {
  u32 sides = fine ? FINE : COARSE;
  struct Vertex *first = vertices(sides + 1), *v = first;
  vertex(v++, x, y, z, middle);
  for (const s16 (*c)[2] = circles[fine]; c < circles[fine] + sides; c++, v++) {
    s32 dx = rx * (*c)[0] >> 14, dy = ry * (*c)[1] >> 14;
    if (flat) vertex(v, x + dx, y, z + dy, rim);
    else vertex(v, x + dx, y + dy, z, rim);
  }
  load(first, sides + 1, 0);
  call(fans[fine]);
}

void strip(const struct Vertex *v, u32 count) {
  for (u32 from = 0; from + 1 < count;) {
    u32 now = count - from < LOADED / 2 ? count - from : LOADED / 2;
    load(v + 2 * from, now * 2, 0);
    for (u32 i = 0; i + 1 < now; i++) triangles(2 * i, 2 * i + 1, 2 * i + 2, 2 * i + 1, 2 * i + 3, 2 * i + 2);
    from += now - 1;
  }
}
