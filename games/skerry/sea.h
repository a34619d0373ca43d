#pragma once
#include "gpu.h"

/** Metres from the camera to the boat. */
enum { BEHIND = 7 };

void startSea(void);
/** The sea's height at a place, now. */
fix seaHeight(fix x, fix z);
/** The sea about (baseX, baseZ), multiples of four metres. */
void drawSea(fix baseX, fix baseZ);
