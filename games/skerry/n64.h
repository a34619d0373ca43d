// The console's registers (n64brew.dev, "Memory map"), by the names used there.
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef long long s64;

#define REG(at) (*(volatile u32 *)(at))
#define SP_MEMORY(n) REG(0xa4000000 + (n))
#define SP_STATUS REG(0xa4040010)
#define SP_PC REG(0xa4080000)
#define MI_INTERRUPT REG(0xa4300008)
#define MI_MASK REG(0xa430000c)
#define MI_MODE REG(0xa4300000)
#define VI(n) REG(0xa4400000 + 4 * (n))
#define AI_ADDRESS REG(0xa4500000)
#define AI_LENGTH REG(0xa4500004)
#define AI_CONTROL REG(0xa4500008)
#define AI_STATUS REG(0xa450000c)
#define AI_RATE REG(0xa4500010)
#define AI_BITS REG(0xa4500014)
#define SI_ADDRESS REG(0xa4800000)
#define SI_READ REG(0xa4800004)
#define SI_WRITE REG(0xa4800010)
#define SI_STATUS REG(0xa4800018)

enum { INTERRUPT_AI = 4, INTERRUPT_VI = 8, INTERRUPT_DP = 32 };
enum { PIF = 0x1fc007c0 };

#define PHYSICAL(p) ((u32)(p) & 0x1fffffff)
#define UNCACHED(p) ((u32)(p) | 0xa0000000)

/** Buttons as the pad sends them, in the high half of its word. */
enum {
  PAD_A = 0x8000, PAD_B = 0x4000, PAD_Z = 0x2000, PAD_START = 0x1000,
  PAD_UP = 0x0800, PAD_DOWN = 0x0400, PAD_LEFT = 0x0200, PAD_RIGHT = 0x0100,
};
