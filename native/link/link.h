/*
 * Linked consoles: N Game Boys or Game Boy Advances, each a core of libmgba 0.10, joined by a cable of our own.
 * One thread; exactly one console runs at a time; every hand-over is a function of emulated time, so equal inputs give
 * equal runs. Measured traps behind this design: docs/link.md.
 */
#pragma once
#undef NDEBUG /* Debian builds libmgba without it, and its structs grow with that */
#include <mgba/flags.h>
#include <mgba/core/blip_buf.h>
#include <mgba/core/config.h>
#include <mgba/core/core.h>
#include <mgba/core/log.h>
#include <mgba/core/timing.h>
#include <mgba/internal/arm/arm.h>
#include <mgba/internal/gb/gb.h>
#include <mgba/internal/gb/io.h>
#include <mgba/internal/gb/renderers/software.h>
#include <mgba/internal/gba/gba.h>
#include <mgba/internal/gba/io.h>
#include <mgba/internal/gba/renderers/video-software.h>
#include <mgba/internal/sm83/sm83.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONSOLES_MAX 4
#define SAMPLES_MAX 2048
#define SAMPLE_RATE 32768
/** Bit of a console's keys: its plug is out of the socket. */
#define KEY_UNPLUGGED 0x80000000u

enum { SYSTEM_GB = 0, SYSTEM_GBA = 1 };
/** A GBA cable has one parent and hands data on in one direction in NORMAL mode; a GBC cable crosses two consoles. */
enum { CABLE_GBA = 0, CABLE_GBC = 1 };

struct Link;

/** What of a console's end of the cable is part of its state. Plain data. */
struct Wire {
	/** Waits at `started` for its peers to come there: its transfer begins then. */
	int32_t blocked;
	int32_t started;
	/** A transfer that ends with the event `done`: the mode it was begun in, and what comes in. */
	int32_t busy;
	int32_t mode;
	uint32_t incoming[CONSOLES_MAX];
	uint32_t keys;
	/** Mode of the GBA's port as its driver was told, or -1. */
	int32_t port;
	uint32_t transfers;
};

struct Console {
	struct Link* link;
	int id;
	struct mCore* core;
	struct Wire wire;
	/** Bounds how far this console runs ahead of the others. */
	struct mTimingEvent tick;
	struct mTimingEvent done;
	struct GBSIODriver gbDriver;
	struct GBASIODriver gbaDriver;
	/** Its sound is wanted, its picture is wanted. */
	bool heard, seen;
	/** The frame that is being drawn was drawn from its top. */
	bool whole;
	/** The last step finished a picture. */
	bool fresh;
	int column, row;
	color_t* pixels;
	uint8_t* rom;
	size_t romSize;
};

struct Link {
	int system, count, cable;
	struct Console consoles[CONSOLES_MAX];
	/** Emulated time that the frame ends at, and that consoles run to now, in each console's own units (all run alike). */
	int32_t target, stop;
	bool attached;
	/** This step's picture is wanted. */
	bool showing;
	unsigned width, height, pictureWidth, pictureHeight;
	uint32_t* picture;
	int16_t samples[SAMPLES_MAX * 2];
	int sampleCount;
	int64_t clock;
	uint32_t identity;
};

/** Beginning of blip_buf's mixer (its struct is in no header); its samples follow. */
struct Blip {
	uint64_t factor, offset;
	int available, size, integrator;
};
/** Samples behind those that are done: a mixer writes up to a portion (32 on GB) and a filter's width (18) ahead. */
enum { BLIP_AHEAD = 64 };

static inline struct Blip* blipOf(struct Console* c, int side) { return (struct Blip*) c->core->getAudioChannel(c->core, side); }
static inline int32_t* blipSamples(struct Blip* blip) { return (int32_t*) (blip + 1); }

static inline struct GB* gbOf(struct Console* c) { return c->core->board; }
static inline struct GBA* gbaOf(struct Console* c) { return c->core->board; }
static inline int32_t timeOf(struct Console* c) { return mTimingCurrentTime(c->core->timing); }
static inline bool unplugged(struct Console* c) { return c->wire.keys & KEY_UNPLUGGED; }

/* link.c */
void linkBlock(struct Console* c);
void linkPowerOn(struct Console* c);
void linkFrameEnded(void* console);

/* gb.c, gba.c: one end of the cable each; exchange() is called when all others have come to `started`. */
void gbAttach(struct Console* c);
void gbExchange(struct Console* c);
void gbDone(struct Console* c);
void gbaAttach(struct Console* c);
void gbaExchange(struct Console* c);
void gbaDone(struct Console* c, uint32_t late);
void gbaCableChanged(struct Link* link);

/* picture.c */
void pictureInit(struct Link* link);
void pictureBegin(struct Link* link, bool show);
void pictureFrameEnded(struct Console* c);
void pictureRestart(struct Console* c);
int pictureRows(struct Console* c);
void soundDrain(struct Link* link, bool hear);

/* save.c */
int saveInsert(struct Console* c, const uint8_t* save, size_t size);
uint8_t* saveOf(struct Console* c, size_t* size);
