/* The GBA's end of the cable: MULTI and NORMAL_8/32 (GBATEK, "GBA Communication Ports"). */
#include "link.h"

/** Bits of SIOCNT: in all modes, in NORMAL, in MULTI. */
enum { START = 0x80, IRQ = 0x4000 };
enum { INTERNAL = 0x01, FAST = 0x02, SI = 0x04, SO = 0x08 };
enum { CHILD = 0x04, READY = 0x08, ID_SHIFT = 4, ID = 0x30, ERROR = 0x40, MULTI_WRITABLE = 0xFF83 };
/** Bits of RCNT that show the wires. */
enum { WIRE_SC = 1, WIRE_SD = 2, WIRE_SI = 4 };
/** Cycles a bit at 256 kHz and at 2 MHz. */
enum { BIT = 64, BIT_FAST = 8 };

static struct Console* consoleOf(struct GBASIODriver* driver) {
	return (struct Console*) ((char*) driver - offsetof(struct Console, gbaDriver));
}

static bool normal(struct Console* c) { return c->wire.port == SIO_NORMAL_8 || c->wire.port == SIO_NORMAL_32; }

static void setBit(uint16_t* word, uint16_t bit, bool on) { *word = on ? *word | bit : *word & ~bit; }

/** Consoles on the cable before this one: its number in MULTI. */
static int position(struct Console* c) {
	int before = 0;
	for (int i = 0; i < c->id; i++) before += !unplugged(&c->link->consoles[i]);
	return before;
}

static int plugged(struct Link* link) {
	int count = 0;
	for (int i = 0; i < link->count; i++) count += !unplugged(&link->consoles[i]);
	return count;
}

/** Whose SO is this console's SI: the one before on a GBA cable, the other one on a GBC cable. */
static struct Console* upstream(struct Console* c) {
	if (unplugged(c)) return NULL;
	struct Link* link = c->link;
	if (link->cable == CABLE_GBC) {
		struct Console* other = &link->consoles[1 - c->id];
		return unplugged(other) ? NULL : other;
	}
	for (int i = c->id - 1; i >= 0; i--)
		if (!unplugged(&link->consoles[i])) return &link->consoles[i];
	return NULL;
}

/** The level of SI: the parent's plug of a GBA cable ties it to ground; an open one is high. */
static bool level(struct Console* c) {
	struct Console* from = upstream(c);
	if (from) return !normal(from) || gbaOf(from)->sio.siocnt & SO;
	return unplugged(c) || c->link->cable == CABLE_GBC || c->id > 0;
}

/** What the registers of all consoles show of the wires. */
static void showWires(struct Link* link) {
	bool ready = true;
	for (int i = 0; i < link->count; i++) {
		struct Console* c = &link->consoles[i];
		if (!unplugged(c) && c->wire.port != SIO_MULTI) ready = false;
	}
	if (link->cable == CABLE_GBC) ready = false;
	for (int i = 0; i < link->count; i++) {
		struct Console* c = &link->consoles[i];
		struct GBASIO* sio = &gbaOf(c)->sio;
		bool child = c->id > 0 || unplugged(c);
		if (c->wire.port == SIO_MULTI) {
			setBit(&sio->siocnt, CHILD, child);
			setBit(&sio->siocnt, READY, ready || unplugged(c));
			setBit(&sio->rcnt, WIRE_SC, !c->wire.busy);
			setBit(&sio->rcnt, WIRE_SD, ready || unplugged(c));
			setBit(&sio->rcnt, WIRE_SI, child);
		} else if (normal(c) && !c->wire.busy)
			setBit(&sio->siocnt, SI, level(c));
	}
}

static void cancel(struct Console* c) {
	c->wire.busy = false;
	mTimingDeschedule(c->core->timing, &c->done);
}

static bool load(struct GBASIODriver* driver) {
	struct Console* c = consoleOf(driver);
	if (!c->link->attached) return true;
	c->wire.port = driver->p->mode;
	showWires(c->link);
	return true;
}

static bool unload(struct GBASIODriver* driver) {
	struct Console* c = consoleOf(driver);
	if (!c->link->attached) return true;
	c->wire.port = -1;
	if (c->wire.busy) cancel(c);
	showWires(c->link);
	return true;
}

static uint16_t writeMulti(struct Console* c, uint16_t value) {
	uint16_t shown = gbaOf(c)->sio.siocnt;
	bool begins = value & START && c->id == 0 && !unplugged(c) && shown & READY && !c->wire.busy;
	value = (value & MULTI_WRITABLE & ~START) | (shown & ~MULTI_WRITABLE) | (shown & START);
	if (!begins) return value;
	linkBlock(c);
	return value | START;
}

static uint16_t writeNormal(struct Console* c, uint16_t value) {
	struct GBASIO* sio = &gbaOf(c)->sio;
	bool began = c->wire.busy;
	if (began && !(value & START)) cancel(c);
	sio->siocnt = (value & ~SI) | (sio->siocnt & SI);
	showWires(c->link);
	if (!began && (value & (START | INTERNAL)) == (START | INTERNAL)) linkBlock(c);
	return sio->siocnt;
}

static uint16_t writeRegister(struct GBASIODriver* driver, uint32_t address, uint16_t value) {
	struct Console* c = consoleOf(driver);
	if (!c->link->attached || address != REG_SIOCNT) return value;
	return c->wire.port == SIO_MULTI ? writeMulti(c, value) : writeNormal(c, value);
}

void gbaAttach(struct Console* c) {
	struct GBASIO* sio = &gbaOf(c)->sio;
	c->gbaDriver = (struct GBASIODriver) { .p = sio, .load = load, .unload = unload, .writeRegister = writeRegister };
	// GBASIOSetDriver would make a driver active in whatever mode the port is.
	sio->drivers = (struct GBASIODriverSet) { .normal = &c->gbaDriver, .multiplayer = &c->gbaDriver };
}

void gbaCableChanged(struct Link* link) { showWires(link); }

/** `c` takes part in the transfer that `master` began: it ends for it at the same emulated time. */
static void takePart(struct Console* c, struct Console* master, const uint32_t incoming[CONSOLES_MAX], int32_t cycles) {
	if (c->wire.busy) gbaDone(c, 0); // it ran ahead of the end of its last transfer
	c->wire.busy = true;
	c->wire.mode = c->wire.port;
	for (int k = 0; k < CONSOLES_MAX; k++) c->wire.incoming[k] = incoming[k];
	int32_t end = master->wire.started + cycles - timeOf(c);
	mTimingSchedule(c->core->timing, &c->done, end > 0 ? end : 0);
}

static void exchangeMulti(struct Console* master) {
	struct Link* link = master->link;
	uint32_t words[CONSOLES_MAX] = { 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF };
	for (int i = 0; i < link->count; i++) {
		struct Console* c = &link->consoles[i];
		if (!unplugged(c) && c->wire.port == SIO_MULTI) words[position(c)] = gbaOf(c)->memory.io[REG_SIOMLT_SEND >> 1];
	}
	int baud = GBASIOMultiplayerGetBaud(gbaOf(master)->sio.siocnt);
	int32_t cycles = GBASIOCyclesPerTransfer[baud][plugged(link) - 1];
	for (int i = 0; i < link->count; i++) {
		struct Console* c = &link->consoles[i];
		if (unplugged(c) || c->wire.port != SIO_MULTI) continue;
		takePart(c, master, words, cycles);
		gbaOf(c)->sio.siocnt |= START;
		for (int k = 0; k < 4; k++) gbaOf(c)->memory.io[(REG_SIOMULTI0 >> 1) + k] = 0xFFFF;
	}
	showWires(link);
}

/** What `c` shifts out in a NORMAL transfer. */
static uint32_t outgoing(struct Console* c) {
	uint16_t* io = gbaOf(c)->memory.io;
	if (c->wire.port == SIO_NORMAL_8) return io[REG_SIODATA8 >> 1] & 0xFF;
	return io[REG_SIODATA32_LO >> 1] | (uint32_t) io[REG_SIODATA32_HI >> 1] << 16;
}

static void exchangeNormal(struct Console* master) {
	struct Link* link = master->link;
	bool part[CONSOLES_MAX] = { 0 };
	uint32_t out[CONSOLES_MAX] = { 0 };
	for (int i = 0; i < link->count; i++) {
		struct Console* c = &link->consoles[i];
		bool waits = (gbaOf(c)->sio.siocnt & (START | INTERNAL)) == START;
		part[i] = c == master || (c->wire.port == master->wire.port && waits && !unplugged(c) && !unplugged(master));
		out[i] = outgoing(c);
	}
	uint16_t control = gbaOf(master)->sio.siocnt;
	int bits = master->wire.port == SIO_NORMAL_8 ? 8 : 32;
	for (int i = 0; i < link->count; i++) {
		if (!part[i]) continue;
		struct Console* c = &link->consoles[i];
		struct Console* from = upstream(c);
		uint32_t incoming[CONSOLES_MAX] = { from && part[from->id] ? out[from->id] : level(c) ? 0xFFFFFFFF : 0 };
		takePart(c, master, incoming, bits * (control & FAST ? BIT_FAST : BIT));
	}
}

void gbaExchange(struct Console* c) {
	if (c->wire.port == SIO_MULTI)
		exchangeMulti(c);
	else if (normal(c))
		exchangeNormal(c);
}

void gbaDone(struct Console* c, uint32_t late) {
	struct GBA* gba = gbaOf(c);
	struct GBASIO* sio = &gba->sio;
	uint16_t* io = gba->memory.io;
	cancel(c);
	if (c->wire.port != c->wire.mode) return;
	if (c->wire.port == SIO_MULTI) {
		for (int k = 0; k < 4; k++) io[(REG_SIOMULTI0 >> 1) + k] = unplugged(c) ? 0xFFFF : c->wire.incoming[k];
		setBit(&sio->siocnt, ERROR, unplugged(c));
		if (!unplugged(c)) sio->siocnt = (sio->siocnt & ~ID) | position(c) << ID_SHIFT;
	} else if (c->wire.port == SIO_NORMAL_8)
		io[REG_SIODATA8 >> 1] = c->wire.incoming[0] & 0xFF;
	else {
		io[REG_SIODATA32_LO >> 1] = c->wire.incoming[0];
		io[REG_SIODATA32_HI >> 1] = c->wire.incoming[0] >> 16;
	}
	sio->siocnt &= ~START;
	showWires(c->link);
	if (sio->siocnt & IRQ) GBARaiseIRQ(gba, GBA_IRQ_SIO, late);
}
