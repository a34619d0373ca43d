/*
 * NORMAL mode on a cable: whoever holds A gives the clock. Each frame the one that waits offers a new number and sets its
 * start bit, and the one with the clock sends one. What came is kept at 0x02000000: words counted, then the words.
 * SELECT: 8 bits instead of 32. B: 2 MHz.
 */
typedef unsigned int u32;
typedef unsigned short u16;
#define REG(at) (*(volatile u16*) (0x04000000 + (at)))
#define KEPT ((volatile u32*) 0x02000000)
enum { CLOCK = 1, FAST = 2, READY_LOW = 0, HIGH = 8, START = 0x80, WIDE = 0x1000, IRQ = 0x4000 };

__attribute__((target("arm"))) static void interrupt(void) {
	u16 flags = REG(0x202);
	REG(0x202) = flags;
	*(volatile u16*) 0x03007FF8 |= flags;
	if (!(flags & 0x80)) return;
	u32 wide = REG(0x128) & WIDE;
	u32 in = wide ? REG(0x120) | (u32) REG(0x122) << 16 : REG(0x12A);
	KEPT[16 + (KEPT[0] & 255)] = in;
	KEPT[0]++;
}

int main(void) {
	u32 count = 0, mode = 0;
	for (u32 i = 0; i < 512; i++) KEPT[i] = 0;
	*(void (**)(void)) 0x03007FFC = interrupt;
	REG(0x04) = 8;
	REG(0x200) = 0x81;
	REG(0x208) = 1;
	REG(0x134) = 0;
	for (;;) {
		__asm__ volatile("swi 5" ::: "r0", "r1", "r2", "r3", "memory");
		u32 keys = ~REG(0x130);
		u32 wide = keys & 4 ? 0 : WIDE;
		if (mode != (wide | 1)) REG(0x128) = wide;
		mode = wide | 1;
		u32 base = wide | IRQ | (keys & 2 ? FAST : 0);
		count++;
		u32 word = (keys & 1 ? 0xA5000000 : 0x5A000000) | count;
		REG(0x120) = word;
		REG(0x122) = word >> 16;
		if (!wide) REG(0x12A) = word & 0xFF;
		KEPT[1] = REG(0x128) >> 2 & 1; /* SI */
		if (keys & 1) {
			for (u32 wait = 0; wait < 800; wait++) __asm__ volatile("");
			REG(0x128) = base | CLOCK;
			REG(0x128) = base | CLOCK | START;
		} else if (!(REG(0x128) & START))
			REG(0x128) = base | READY_LOW | START;
		KEPT[2] = word;
	}
}
