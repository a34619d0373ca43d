#pragma once
#include "gpu.h"

/** Where vertices count from: multiples of four metres near the boat. */
extern fix baseX, baseZ;
static inline s32 besideX(fix x) { return (x - baseX) >> 8; }
static inline s32 besideZ(fix z) { return (z - baseZ) >> 8; }

/** A 16.16 matrix that turns (yaw to the right, pitch up, bank to the right), makes larger, and moves to vertices' units. */
void place(s32 yaw, s32 pitch, s32 bank, fix scale, s32 x, s32 y, s32 z);

void startSky(void);
void drawSky(void);
void startModels(void);
/** The boat, rocks, lanterns, floats of glass, the lighthouse. */
void drawModels(void);
/** Foam, glows, beams, gulls, rain: what is seen through. */
void drawAir(void);
void drawSparks(void);
void drawScreens(void);
