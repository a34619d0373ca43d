// The next reach of the sea: rocks at random, but a way through, and lanterns along it. It takes some frames' time.
#include "game.h"

enum { ACROSS = 44, ALONG = 60, CELLS = ACROSS * ALONG, MOST = 26 };

static u16 distance[CELLS]; // from the southern edge, by the way; 0 is not reached
static u16 queue[CELLS];
static u8 stone[CELLS];
static struct Object planned[MOST];

static fix eastOf(u32 cell) { return ((s32)(cell % ACROSS) - ACROSS / 2) * ONE + ONE / 2; }
static fix northOf(u32 cell) { return W->charted + (s32)(cell / ACROSS) * ONE + ONE / 2; }

static void put(enum Kind kind, fix x, fix z, fix size) {
  W->next = W->next % (OBJECTS - 1) + 1; // slot 0 is the lighthouse's
  W->objects[W->next] = (struct Object){.x = x, .z = z, .size = size, .kind = (u8)kind, .look = (u8)(random() >> 7)};
}

static void mark(u32 rocks) {
  for (u32 cell = 0; cell < CELLS; cell++) {
    stone[cell] = 0;
    for (const struct Object *o = planned; o < planned + rocks; o++) {
      s32 dx = (o->x - eastOf(cell)) >> 8, dz = (o->z - northOf(cell)) >> 8, reach = (o->size >> 8) + 330;
      if (dx * dx + dz * dz < reach * reach) {
        stone[cell] = 1;
        break;
      }
    }
  }
}

/** The first cell of the northern edge that can be reached, or 0. */
static u32 flood(void) {
  u32 read = 0, write = 0;
  for (u32 cell = 0; cell < CELLS; cell++) distance[cell] = 0;
  for (u32 x = ACROSS / 4; x < ACROSS * 3 / 4; x++) {
    if (stone[x]) continue;
    distance[x] = 1;
    queue[write++] = (u16)x;
  }
  while (read < write) {
    u32 cell = queue[read++], x = cell % ACROSS;
    if (cell >= CELLS - ACROSS) return cell;
    const u32 next[4] = {cell + ACROSS, x ? cell - 1 : cell, x < ACROSS - 1 ? cell + 1 : cell, cell >= ACROSS ? cell - ACROSS : cell};
    for (u32 i = 0; i < 4; i++) {
      if (distance[next[i]] || stone[next[i]]) continue;
      distance[next[i]] = distance[cell] + 1;
      queue[write++] = (u16)next[i];
    }
  }
  return 0;
}

void chart(void) {
  u32 rocks = 11 + (u32)W->leg * 2 + random() % 4;
  for (u32 i = 0; i < rocks; i++) {
    u32 a = random(), b = random();
    planned[i].x = (fix)(a % (u32)FIX(ACROSS)) - FIX(ACROSS / 2);
    planned[i].z = W->charted + (fix)(b % (u32)FIX(ALONG));
    planned[i].size = FIX(0.8) + (fix)(hash(a ^ b) & 0x1ffff) * (i % 4 ? 1 : 2) / 2;
  }
  u32 cell;
  for (;;) {
    mark(rocks);
    cell = flood();
    if (cell || !rocks) break;
    rocks--; // the way is shut
    W->removed++;
  }
  for (u32 i = 0; i < rocks; i++) put(ROCK, planned[i].x, planned[i].z, planned[i].size);
  for (u32 step = 0; distance[cell] > 1; step++) {
    if (step % 17 == 8) put(step % 51 == 42 ? GLASS : LANTERN, eastOf(cell), northOf(cell), ONE);
    u32 d = distance[cell] - 1u;
    if (cell >= ACROSS && distance[cell - ACROSS] == d) cell -= ACROSS;
    else if (cell % ACROSS && distance[cell - 1] == d) cell--;
    else if (cell % ACROSS < ACROSS - 1 && distance[cell + 1] == d) cell++;
    else cell += ACROSS;
  }
  W->charted += FIX(ALONG);
}
