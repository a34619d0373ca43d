// The ARM7's part: the touch screen and the sound.
#include "ds.h"

/** Where the beam is when the pen is read: well before the blank, in which the game looks for it. */
#define TOUCH_LINE 150

static volatile struct Mailbox *const mail = MAILBOX_ARM7;

/** One measurement of the touch screen's controller (TSC2046), 12 bits. */
static u32 measure(u32 command) {
  const u16 on = 0x8000 | 2 << 8 | 1, hold = 1 << 11;
  u32 value;
  SPICNT = on | hold;
  SPIDATA = (u8)command;
  while (SPICNT & 0x80) {}
  SPIDATA = 0;
  while (SPICNT & 0x80) {}
  value = (u32)SPIDATA << 8;
  SPICNT = on;
  SPIDATA = 0;
  while (SPICNT & 0x80) {}
  return (value | SPIDATA) >> 3 & 0xfff;
}

/** Pixels, by the two points that the console was calibrated with; the start-up code left them in main RAM. */
static s32 pixel(u32 raw, u32 axis) {
  const volatile u16 *adc = (const volatile u16 *)0x027ffcd8;
  const volatile u8 *screen = (const volatile u8 *)0x027ffcdc;
  s32 a1 = adc[axis], a2 = adc[3 + axis], p1 = screen[axis], p2 = screen[6 + axis];
  s32 steps = a2 - a1, wide = p2 - p1;
  if (steps <= 0 || wide <= 0) return (s32)raw >> 4;
  s32 at = ((s32)raw - a1) * wide, pixels = 0; // at / steps without a divider
  s32 sign = at < 0 ? -1 : 1;
  for (at *= sign; at >= steps; at -= steps) pixels++;
  return sign * pixels + p1 - 1;
}

static void readTouch(void) {
  if (EXTKEYIN & 1 << 6) {
    mail->touched = 0;
    return;
  }
  s32 x = pixel(measure(0xd0), 0), y = pixel(measure(0x90), 1);
  mail->touchX = x;
  mail->touchY = y;
  mail->touched = 1;
}

/** 16756991 / (8 * Hz) for C2 to B2; an octave up is half of it. */
static const u16 periods[12] = {32024, 30226, 28530, 26929, 25417, 23991, 22644, 21373, 20174, 19041, 17973, 16964};
enum { BASS = 8, ARPEGGIO, LEAD, EFFECT, DRUM = 14, NOISE };
static u8 level[16];
static u8 fall[16];

static void play(u32 channel, u32 note, u32 volume, u32 duty, u32 falls) {
  level[channel] = (u8)volume;
  fall[channel] = (u8)falls;
  u32 octave = note / 12;
  CHANNEL_TMR(channel) = (u16)(0x10000 - (periods[note % 12] >> octave));
  CHANNEL_CNT(channel) = 0x80000000 | 3u << 29 | duty << 24 | 64 << 16 | volume;
}

static void fade(void) {
  for (u32 channel = 8; channel < 16; channel++) {
    if (!level[channel]) continue;
    level[channel] = level[channel] > fall[channel] ? level[channel] - fall[channel] : 0;
    CHANNEL_CNT(channel) = (CHANNEL_CNT(channel) & ~0x7fu) | level[channel];
  }
}

static void music(u32 time) {
  static const u8 roots[8] = {9, 9, 5, 5, 0, 0, 7, 7};                    // A F C G
  static const u8 thirds[8] = {3, 3, 4, 4, 4, 4, 4, 4};                   // minor, then major
  static const s8 tune[32] = {33, -1, 36, -1, 40, -1, 38, 36, 33, -1, -1, 36, 41, -1, 40, -1,
                              43, -1, 40, -1, 36, -1, 38, 40, 38, -1, 35, -1, 31, -1, 35, 38};
  if (time % 7) return;
  u32 step = time / 7, chord = step / 16 % 8, beat = step % 16;
  u32 root = roots[chord];
  const u32 shape[4] = {0, thirds[chord], 7, 12};
  if (beat % 4 != 3) play(BASS, root + (beat % 4 == 2 ? 12 : 0), 60, 3, 3);
  play(ARPEGGIO, 24 + root + shape[step * 3 % 4], 26, 1, 2);
  if (mail->music == 2) {
    s32 note = tune[step / 4 % 32];
    if (step % 4 == 0 && note > 0) play(LEAD, (u32)note, 40, 2, 1);
    if (beat % 4 == 2) play(DRUM, 58, 34, 0, 6);
    if (beat % 8 == 4) play(NOISE, 40, 52, 0, 4);
  }
}

static void effects(void) {
  static u32 heard, which, since = 99;
  if (mail->effects != heard) {
    heard = mail->effects;
    which = mail->effect;
    since = 0;
  } else since++;
  if (since > 12) return;
  if (which == EFFECT_RING && since % 3 == 0) play(EFFECT, 45 + since / 3 * 4, 70, 2, 4);
  if (which == EFFECT_CRYSTAL && since % 2 == 0) play(EFFECT, 40 + since * 2, 60, 1, 3);
  if (which == EFFECT_SHOT && since < 5) play(EFFECT, 50 - since * 4, 40, 0, 8);
  if (which == EFFECT_BREAK && since == 0) play(NOISE, 22, 90, 0, 4);
  if (which == EFFECT_HIT && since == 0) play(NOISE, 8, 120, 0, 3);
  if (which == EFFECT_END && since % 4 == 0) play(EFFECT, 36 + since / 4 * 5, 80, 3, 2);
}

void main(void) {
  POWCNT2 = 1;
  SOUNDBIAS = 0x200;
  SOUNDCNT = 0x8048;
  for (u32 n = 0; n < sizeof *mail / 4; n++) ((volatile u32 *)mail)[n] = 0;
  IE = IRQ_VBLANK | IRQ_VCOUNT;
  DISPSTAT = 1 << 3 | 1 << 5 | TOUCH_LINE << 8;
  IF = ~0u;
  u32 time = 0, was = 0;
  for (;;) {
    while (!(IF & (IRQ_VBLANK | IRQ_VCOUNT))) HALTCNT = 0x80;
    u32 why = IF;
    IF = why;
    if (why & IRQ_VCOUNT) readTouch();
    if (!(why & IRQ_VBLANK)) continue;
    mail->blanks++;
    fade();
    if (mail->music != was) time = 0;
    was = mail->music;
    if (was) music(time++);
    effects();
  }
}
