// The parts of the Nintendo DS that Ringway uses; names and bits as in GBATEK.
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef long long s64;

#define REG8(at) (*(volatile u8 *)(at))
#define REG16(at) (*(volatile u16 *)(at))
#define REG32(at) (*(volatile u32 *)(at))

// Both processors
#define DISPSTAT REG16(0x04000004)
#define VCOUNT REG16(0x04000006)
#define KEYINPUT REG16(0x04000130)
#define IME REG32(0x04000208)
#define IE REG32(0x04000210)
#define IF REG32(0x04000214)
#define IRQ_VBLANK 1u
#define IRQ_VCOUNT 4u
#define LINES 263
#define FIRST_BLANK 192

// ARM9: screens
#define POWCNT1 REG32(0x04000304)
#define DISPCNT REG32(0x04000000)
#define DISPCNT_B REG32(0x04001000)
#define BG0CNT REG16(0x04000008)
#define BG2CNT REG16(0x0400000c)
#define BG2_AFFINE(n) REG16(0x04000020 + 2 * (n))
#define BG3CNT_B REG16(0x0400100e)
#define BG3_AFFINE_B(n) REG16(0x04001030 + 2 * (n))
#define VRAMCNT_A REG8(0x04000240)
#define VRAMCNT_C REG8(0x04000242)
#define PALETTE ((volatile u16 *)0x05000000)
#define PALETTE_B ((volatile u16 *)0x05000400)
#define DMA3SAD REG32(0x040000d4)
#define DMA3DAD REG32(0x040000d8)
#define DMA3CNT REG32(0x040000dc)

// ARM9: arithmetic
#define DIVCNT REG16(0x04000280)
#define DIV_NUMER (*(volatile s64 *)0x04000290)
#define DIV_DENOM (*(volatile s64 *)0x04000298)
#define DIV_RESULT REG32(0x040002a0)
#define SQRTCNT REG16(0x040002b0)
#define SQRT_RESULT REG32(0x040002b4)
#define SQRT_PARAM (*(volatile s64 *)0x040002b8)

// ARM9: geometry and rendering engines
#define DISP3DCNT REG16(0x04000060)
#define CLEAR_COLOR REG32(0x04000350)
#define CLEAR_DEPTH REG16(0x04000354)
#define FOG_COLOR REG32(0x04000358)
#define FOG_OFFSET REG16(0x0400035c)
#define FOG_TABLE(n) REG8(0x04000360 + (n))
#define MTX_MODE REG32(0x04000440)
#define MTX_PUSH REG32(0x04000444)
#define MTX_POP REG32(0x04000448)
#define MTX_IDENTITY REG32(0x04000454)
#define MTX_LOAD_4x4 REG32(0x04000458)
#define MTX_MULT_3x3 REG32(0x04000468)
#define MTX_SCALE REG32(0x0400046c)
#define MTX_TRANS REG32(0x04000470)
#define COLOR REG32(0x04000480)
#define NORMAL REG32(0x04000484)
#define VTX_16 REG32(0x0400048c)
#define POLYGON_ATTR REG32(0x040004a4)
#define DIF_AMB REG32(0x040004c0)
#define SPE_EMI REG32(0x040004c4)
#define LIGHT_VECTOR REG32(0x040004c8)
#define LIGHT_COLOR REG32(0x040004cc)
#define BEGIN_VTXS REG32(0x04000500)
#define SWAP_BUFFERS REG32(0x04000540)
#define VIEWPORT REG32(0x04000580)
enum { TRIANGLES, QUADS, TRIANGLE_STRIP, QUAD_STRIP };
#define POLY_LIGHTS 3
#define POLY_BACK 0x40
#define POLY_FRONT 0x80
#define POLY_FOG 0x8000
#define POLY_ALPHA(a) ((a) << 16)
#define POLY_ID(n) ((u32)(n) << 24)

// ARM7
#define EXTKEYIN REG16(0x04000136)
#define SPICNT REG16(0x040001c0)
#define SPIDATA REG8(0x040001c2)
#define HALTCNT REG8(0x04000301)
#define POWCNT2 REG8(0x04000304)
#define SOUNDCNT REG16(0x04000500)
#define SOUNDBIAS REG16(0x04000504)
#define CHANNEL_CNT(n) REG32(0x04000400 + 16 * (n))
#define CHANNEL_TMR(n) REG16(0x04000408 + 16 * (n))

#define RGB(r, g, b) ((r) | (g) << 5 | (b) << 10)

/** What the processors tell each other, in main RAM: where the ARM7 finds it, and the uncached mirror for the ARM9. */
struct Mailbox {
  u32 blanks;    // ARM7: vertical blanks since power-on
  u32 touched;   // ARM7: 1 while the pen is down
  s32 touchX;    // ARM7: pixels
  s32 touchY;
  u32 music;     // ARM9: 0 silence, 1 title, 2 flight
  u32 effect;    // ARM9: which one
  u32 effects;   // ARM9: goes up with each effect
};
#define MAILBOX_ARM7 ((volatile struct Mailbox *)0x02300000)
#define MAILBOX_ARM9 ((volatile struct Mailbox *)0x02700000)
enum { EFFECT_RING, EFFECT_HIT, EFFECT_SHOT, EFFECT_BREAK, EFFECT_CRYSTAL, EFFECT_END };
