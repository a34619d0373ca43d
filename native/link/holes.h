/* Where pointers and views lie in mGBA's structs: what a state leaves out. In the order of the fields. */
#pragma once
#include "link.h"

struct Hole { uint32_t at, size; };
#define HOLE(type, field) { offsetof(type, field), sizeof(((type*) 0)->field) }
/** From one field up to another. */
#define HOLES(type, from, to) { offsetof(type, from), offsetof(type, to) - offsetof(type, from) }
/** Of a timed event, when it comes and its priority are data. */
#define EVENT(type, field) { offsetof(type, field), offsetof(struct mTimingEvent, when) }, \
	{ offsetof(type, field) + offsetof(struct mTimingEvent, next), sizeof(void*) }

static const struct Hole gbHoles[] = {
	HOLES(struct GB, d, memory), HOLES(struct GB, memory.rom, memory.mbcType), HOLES(struct GB, memory.mbcWrite, memory.mbcState),
	HOLE(struct GB, memory.romBank1), HOLE(struct GB, memory.sramBank1), HOLES(struct GB, memory.wram, memory.wramCurrentBank),
	HOLES(struct GB, memory.sram, memory.sramCurrentBank), EVENT(struct GB, memory.dmaEvent), EVENT(struct GB, memory.hdmaEvent),
	HOLES(struct GB, memory.rtc, video), HOLES(struct GB, video.p, video.x), EVENT(struct GB, video.modeEvent),
	EVENT(struct GB, video.frameEvent), HOLES(struct GB, video.vram, video.vramCurrentBank), HOLES(struct GB, video.frameskip, timer),
	HOLE(struct GB, timer.p), EVENT(struct GB, timer.event), EVENT(struct GB, timer.irq), HOLES(struct GB, audio.p, audio.timingFactor),
	HOLES(struct GB, audio.left, audio.lastLeft), HOLE(struct GB, audio.nr52), EVENT(struct GB, audio.frameEvent),
	EVENT(struct GB, audio.sampleEvent), HOLE(struct GB, audio.samples), HOLE(struct GB, sio.p), EVENT(struct GB, sio.event),
	HOLE(struct GB, sio.driver), HOLE(struct GB, sync), HOLES(struct GB, timing.root, timing.globalCycles),
	HOLES(struct GB, timing.relativeCycles, isPristine), HOLES(struct GB, romVf, sramSize), HOLES(struct GB, coreCallbacks, cpuBlocked),
	EVENT(struct GB, eiPending),
};
static const struct Hole sm83Holes[] = {
	HOLE(struct SM83Core, instruction), { offsetof(struct SM83Core, memory), offsetof(struct SM83Memory, activeMask) },
	{ offsetof(struct SM83Core, memory.setActiveRegion), sizeof(struct SM83Core) - offsetof(struct SM83Core, memory.setActiveRegion) },
};
static const struct Hole gbaHoles[] = {
	HOLES(struct GBA, d, memory), HOLES(struct GBA, memory.bios, memory.io), HOLE(struct GBA, memory.hw.p), HOLE(struct GBA, memory.hw.gpioBase),
	HOLE(struct GBA, memory.savedata.data), HOLES(struct GBA, memory.savedata.vf, memory.savedata.readBitsRemaining),
	HOLES(struct GBA, memory.savedata.currentBank, memory.savedata.settling), EVENT(struct GBA, memory.savedata.dust),
	HOLE(struct GBA, memory.ereader), EVENT(struct GBA, memory.dmaEvent), HOLE(struct GBA, memory.agbPrintBuffer),
	HOLE(struct GBA, memory.agbPrintBufferBackup), HOLES(struct GBA, video.p, video.vcount), HOLE(struct GBA, video.vram),
	HOLES(struct GBA, video.frameskip, audio), HOLES(struct GBA, audio.p, audio.psg.timingFactor), HOLES(struct GBA, audio.psg.left, audio.psg.lastLeft),
	HOLE(struct GBA, audio.psg.nr52), EVENT(struct GBA, audio.psg.frameEvent), EVENT(struct GBA, audio.psg.sampleEvent),
	HOLE(struct GBA, audio.samples), HOLE(struct GBA, audio.mixer), EVENT(struct GBA, audio.sampleEvent), HOLE(struct GBA, sio.p),
	HOLES(struct GBA, sio.drivers, sio.rcnt), HOLES(struct GBA, sio.gbp, sync), HOLE(struct GBA, sync), HOLES(struct GBA, timing.root, timing.globalCycles),
	HOLES(struct GBA, timing.relativeCycles, bus), EVENT(struct GBA, timers[0].event), EVENT(struct GBA, timers[1].event),
	EVENT(struct GBA, timers[2].event), EVENT(struct GBA, timers[3].event), EVENT(struct GBA, irqEvent),
	HOLES(struct GBA, rotationSource, isPristine), HOLES(struct GBA, romVf, idleOptimization),
};
static const struct Hole armHoles[] = {
	{ offsetof(struct ARMCore, memory), offsetof(struct ARMMemory, activeMask) },
	{ offsetof(struct ARMCore, memory.stall), sizeof(struct ARMCore) - offsetof(struct ARMCore, memory.stall) },
};
/** Of the GB's renderer. The GBA's is told anew what it needs: nearly all of it follows from registers and memories. */
static const struct Hole gbRendererHoles[] = {
	HOLES(struct GBVideoSoftwareRenderer, d, row), HOLES(struct GBVideoSoftwareRenderer, temporaryBuffer, scy),
	{ offsetof(struct GBVideoSoftwareRenderer, sgbTransfer), sizeof(struct GBVideoSoftwareRenderer) - offsetof(struct GBVideoSoftwareRenderer, sgbTransfer) },
};
#define COUNT(list) (sizeof(list) / sizeof(*(list)))
