/* The Game Boy's end of the cable: 8 bits out and in at the clock of whoever has SC bit 0 set (Pan Docs, Serial Data Transfer). */
#include "link.h"

enum { ENABLE = 0x80, INTERNAL = 0x01 };

static struct Console* consoleOf(struct GBSIODriver* driver) {
	return (struct Console*) ((char*) driver - offsetof(struct Console, gbDriver));
}

static bool nothing(struct GBSIODriver* driver) {
	(void) driver;
	return true;
}

static void nothingMore(struct GBSIODriver* driver) { (void) driver; }

static void writeSB(struct GBSIODriver* driver, uint8_t value) { (void) driver, (void) value; }

static void cancel(struct Console* c) {
	if (!c->wire.busy) return;
	c->wire.busy = false;
	mTimingDeschedule(c->core->timing, &c->done);
}

static uint8_t writeSC(struct GBSIODriver* driver, uint8_t value) {
	struct Console* c = consoleOf(driver);
	if (!c->link->attached) return value;
	if ((value & (ENABLE | INTERNAL)) == (ENABLE | INTERNAL)) {
		cancel(c);
		linkBlock(c);
	} else if (!(value & ENABLE))
		cancel(c);
	return value;
}

void gbAttach(struct Console* c) {
	c->gbDriver = (struct GBSIODriver) { .init = nothing, .deinit = nothingMore, .writeSB = writeSB, .writeSC = writeSC };
	GBSIOSetDriver(&gbOf(c)->sio, &c->gbDriver);
}

/** The byte of the other console, had its bits been shifted out now; 0xFF where nobody answers. */
void gbExchange(struct Console* c) {
	struct GB* gb = gbOf(c);
	gb->sio.pendingSB = 0xFF;
	if (c->link->count < 2) return;
	struct Console* other = &c->link->consoles[1 - c->id];
	struct GB* peer = gbOf(other);
	if (unplugged(c) || unplugged(other)) return;
	if ((peer->memory.io[GB_REG_SC] & (ENABLE | INTERNAL)) != ENABLE) return;
	if (other->wire.busy) gbDone(other); // it ran ahead of the end of its last byte
	gb->sio.pendingSB = peer->memory.io[GB_REG_SB];
	other->wire.busy = true;
	other->wire.incoming[0] = gb->memory.io[GB_REG_SB];
	int32_t end = c->wire.started + 8 * gb->sio.period * (2 - (int32_t) gb->doubleSpeed) - timeOf(other);
	mTimingDeschedule(&peer->timing, &other->done);
	mTimingSchedule(&peer->timing, &other->done, end > 0 ? end : 0);
}

/** The last bit has come in at the console that does not give the clock. */
void gbDone(struct Console* c) {
	struct GB* gb = gbOf(c);
	cancel(c);
	gb->memory.io[GB_REG_SB] = c->wire.incoming[0];
	gb->memory.io[GB_REG_SC] &= ~ENABLE;
	gb->memory.io[GB_REG_IF] |= 1 << GB_IRQ_SIO;
	GBUpdateIRQs(gb);
}
