#pragma once
#include "gpu.h"

void startText(void);
/** All in sixteenths of a pixel of 320 by 240; a letter is four sizes wide and six high. */
void write(s32 x, s32 y, s32 size, const char *text, struct Color color);
void writeMiddle(s32 y, s32 size, const char *text, struct Color color);
u32 widthOf(const char *text, s32 size);
void box(s32 x, s32 y, s32 wide, s32 high, struct Color left, struct Color right);
