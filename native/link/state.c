/*
 * States. mGBA's own leave out much that a link and a sound need; so what is saved is the consoles' structs as they are,
 * whole but for their pointers ("holes"), then the memories behind them. Whoever loads keeps its own pointers; those that
 * move while a game runs (banks, the order of timed events) are saved as offsets. So nothing can be forgotten: a field
 * that no list names is plain data and is saved, and a pointer that no list names shows, because two machines in the
 * same state then save different bytes (test/machine/link.test.ts).
 */
#include "link.h"
#include "exports.h"
#include "holes.h"
#include <stdlib.h>
#include <string.h>

enum { MAGIC = 0x4B4C5349, VERSION = 1, EVENTS_MAX = 32, POINTERS_MAX = 10, NODE_EVENT = 0x80000000 };

struct Head {
	uint32_t magic, version, identity, size;
	int32_t system, count, cable, target, stop, unused;
};

/** What of a console lies loose. */
struct Loose {
	struct Wire wire;
	uint32_t keys, events, interrupted, rows, saveSize, whole;
	struct { uint32_t at; int32_t when; uint64_t code; } event[EVENTS_MAX];
	int64_t pointer[POINTERS_MAX];
	int32_t affine[4];
	uint16_t gpio[4];
	struct { uint64_t offset; int32_t available, integrator; } blip[2];
};

enum Way { MEASURE, SAVE, LOAD };
struct Cursor {
	enum Way way;
	uint8_t* at;
	size_t size;
};

static void move(struct Cursor* cursor, void* bytes, size_t size) {
	if (cursor->way == SAVE) memcpy(cursor->at, bytes, size);
	if (cursor->way == LOAD) memcpy(bytes, cursor->at, size);
	cursor->at += size;
	cursor->size += size;
}

/** A struct but for its holes, which are zero in the state. */
static void movePlain(struct Cursor* cursor, void* base, size_t size, const struct Hole* holes, size_t count) {
	size_t at = 0;
	for (size_t i = 0; i <= count; i++) {
		size_t to = i < count ? holes[i].at : size;
		if (to > at) move(cursor, (char*) base + at, to - at);
		if (i < count) at = holes[i].at + holes[i].size;
	}
}

static char* boardOf(struct Console* c) { return c->core->board; }
static size_t boardSize(struct Link* link) { return link->system == SYSTEM_GB ? sizeof(struct GB) : sizeof(struct GBA); }
/** Pointers that move as the game runs. Code may run on behind the region that it was entered in, so that one is kept too. */
static int movingPointers(struct Console* c, void** pointers[POINTERS_MAX]) {
	int n = 0;
#define MOVING(pointer) (pointers[n++] = (void**) &(pointer))
	if (c->link->system == SYSTEM_GB) {
		struct GBMemory* memory = &gbOf(c)->memory;
		MOVING(memory->romBase);
		MOVING(memory->romBank);
		MOVING(memory->romBank1);
		MOVING(memory->wramBank);
		MOVING(memory->sramBank);
		MOVING(memory->sramBank1);
		MOVING(gbOf(c)->video.vramBank);
		MOVING(gbOf(c)->cpu->memory.activeRegion);
		MOVING(gbOf(c)->cpu->memory.cpuLoad8);
	} else {
		MOVING(gbaOf(c)->memory.savedata.currentBank);
		MOVING(gbaOf(c)->cpu->memory.activeRegion);
	}
	return n;
}

/** What pointers point into, by number; number AREAS is libmgba itself, whose parts lie alike in every process. */
enum { AREAS = 5, NOWHERE = -1 };
struct Area {
	char* at;
	size_t size;
};

static void areasOf(struct Console* c, struct Area areas[AREAS]) {
	size_t saved;
	char* save = (char*) saveOf(c, &saved);
	bool gb = c->link->system == SYSTEM_GB;
	struct GBMemory* gbMemory = &gbOf(c)->memory;
	struct GBAMemory* gbaMemory = &gbaOf(c)->memory;
	areas[0] = gb ? (struct Area) { (char*) gbMemory->rom, gbMemory->romSize } : (struct Area) { (char*) gbaMemory->rom, gbaMemory->romSize };
	areas[1] = gb ? (struct Area) { (char*) gbMemory->wram, GB_SIZE_WORKING_RAM } : (struct Area) { (char*) gbaMemory->wram, SIZE_WORKING_RAM + SIZE_WORKING_IRAM };
	areas[2] = gb ? (struct Area) { (char*) gbOf(c)->video.vram, GB_SIZE_VRAM } : (struct Area) { (char*) gbaOf(c)->video.vram, SIZE_VRAM };
	areas[3] = (struct Area) { save, saved };
	areas[4] = (struct Area) { boardOf(c), boardSize(c->link) };
}

static int64_t placeOf(const struct Area areas[AREAS], void* pointer) {
	if (!pointer) return NOWHERE;
	for (int64_t i = 0; i < AREAS; i++) {
		size_t offset = (char*) pointer - areas[i].at;
		if (areas[i].at && offset < areas[i].size) return i << 56 | (int64_t) offset;
	}
	return (int64_t) AREAS << 56 | (((char*) pointer - (char*) mCoreCreate) & 0xFFFFFFFF);
}

static void* pointerAt(const struct Area areas[AREAS], int64_t place) {
	if (place == NOWHERE) return NULL;
	int area = place >> 56;
	return area < AREAS ? areas[area].at + (place & 0xFFFFFFFF) : (char*) mCoreCreate + (int32_t) place;
}

/** Whether a place is one: what a state says is not believed. */
static bool isPlace(const struct Area areas[AREAS], int64_t place) {
	int64_t area = place >> 56;
	return place == NOWHERE || area == AREAS || (area >= 0 && area < AREAS && (size_t) (place & 0xFFFFFFFF) < areas[area].size);
}

static struct GBAVideoSoftwareBackground* affineOf(struct Console* c) {
	return ((struct GBAVideoSoftwareRenderer*) gbaOf(c)->video.renderer)->bg;
}

static void gather(struct Console* c, struct Loose* loose) {
	struct Link* link = c->link;
	struct mTiming* timing = c->core->timing;
	memset(loose, 0, sizeof(*loose));
	loose->wire = c->wire;
	loose->whole = c->whole;
	loose->rows = pictureRows(c);
	loose->interrupted = !timing->root && timing->reroot;
	for (struct mTimingEvent* e = timing->root ? timing->root : timing->reroot; e && loose->events < EVENTS_MAX; e = e->next) {
		bool own = e == &c->tick || e == &c->done;
		loose->event[loose->events].at = own ? NODE_EVENT | (e == &c->done) : (uint32_t) ((char*) e - boardOf(c));
		loose->event[loose->events].when = e->when;
		loose->event[loose->events++].code = own ? 0 : (uint64_t) ((char*) e->callback - (char*) mCoreCreate);
	}
	void** pointers[POINTERS_MAX];
	struct Area areas[AREAS];
	areasOf(c, areas);
	int count = movingPointers(c, pointers);
	for (int i = 0; i < count; i++) loose->pointer[i] = placeOf(areas, *pointers[i]);
	size_t size;
	saveOf(c, &size);
	loose->saveSize = size;
	if (link->system == SYSTEM_GB)
		loose->keys = *gbOf(c)->keySource;
	else {
		struct GBAVideoSoftwareBackground* bg = affineOf(c);
		int32_t affine[4] = { bg[2].sx, bg[2].sy, bg[3].sx, bg[3].sy };
		memcpy(loose->affine, affine, sizeof(affine));
		if (gbaOf(c)->memory.hw.gpioBase) memcpy(loose->gpio, gbaOf(c)->memory.hw.gpioBase, 6);
	}
	for (int side = 0; side < 2; side++) {
		struct Blip* blip = blipOf(c, side);
		loose->blip[side].offset = blip->offset;
		loose->blip[side].available = blip->available;
		loose->blip[side].integrator = blip->integrator;
	}
}

static bool plausible(struct Console* c, const struct Loose* loose) {
	if (loose->events > EVENTS_MAX || loose->rows > GBA_VIDEO_VERTICAL_PIXELS) return false;
	for (uint32_t i = 0; i < loose->events; i++) {
		uint32_t at = loose->event[i].at;
		bool own = at == NODE_EVENT || at == (NODE_EVENT | 1);
		if (!own && (at % 8 || at + sizeof(struct mTimingEvent) > boardSize(c->link))) return false;
	}
	struct Area areas[AREAS];
	areasOf(c, areas);
	for (int i = 0; i < POINTERS_MAX; i++)
		if (loose->pointer[i] && !isPlace(areas, loose->pointer[i])) return false;
	for (int side = 0; side < 2; side++)
		if (loose->blip[side].available < 0 || loose->blip[side].available > SAMPLES_MAX) return false;
	return true;
}

/** The save memory of a fresh GBA is there when the game first uses it; a state that has it brings it along. */
static bool makeSave(struct Console* c, uint32_t wanted) {
	size_t size;
	saveOf(c, &size);
	if (wanted > 0x20000) return false;
	if (c->link->system == SYSTEM_GBA && size != wanted) GBASavedataForceType(&gbaOf(c)->memory.savedata, wanted > 0x10000 ? SAVEDATA_FLASH1M : wanted > 0x8000 ? SAVEDATA_FLASH512 : wanted > 0x2000 ? SAVEDATA_SRAM : wanted > 0x200 ? SAVEDATA_EEPROM : wanted ? SAVEDATA_EEPROM512 : SAVEDATA_FORCE_NONE);
	saveOf(c, &size);
	return size == wanted;
}

static void scatter(struct Console* c, const struct Loose* loose) {
	struct Link* link = c->link;
	struct mTiming* timing = c->core->timing;
	c->wire = loose->wire;
	struct mTimingEvent* first = NULL;
	struct mTimingEvent** next = &first;
	for (uint32_t i = 0; i < loose->events; i++) {
		uint32_t at = loose->event[i].at;
		struct mTimingEvent* e = at & NODE_EVENT ? (at & 1 ? &c->done : &c->tick) : (struct mTimingEvent*) (boardOf(c) + at);
		e->when = loose->event[i].when;
		if (!(at & NODE_EVENT)) e->callback = (void*) ((char*) mCoreCreate + loose->event[i].code);
		*next = e;
		next = &e->next;
	}
	*next = NULL;
	timing->root = loose->interrupted ? NULL : first;
	timing->reroot = loose->interrupted ? first : NULL;
	void** pointers[POINTERS_MAX];
	struct Area areas[AREAS];
	areasOf(c, areas);
	int count = movingPointers(c, pointers);
	for (int i = 0; i < count; i++) *pointers[i] = pointerAt(areas, loose->pointer[i]);
	if (link->system == SYSTEM_GB)
		*gbOf(c)->keySource = loose->keys;
	else {
		struct GBA* gba = gbaOf(c);
		if (gba->memory.hw.gpioBase) memcpy(gba->memory.hw.gpioBase, loose->gpio, 6);
		gba->sio.activeDriver = gba->sio.mode <= SIO_MULTI ? &c->gbaDriver : NULL;
	}
	for (int side = 0; side < 2; side++) {
		struct Blip* blip = blipOf(c, side);
		int32_t* samples = blipSamples(blip);
		if (blip->available > loose->blip[side].available)
			memset(samples + loose->blip[side].available + BLIP_AHEAD, 0, (blip->available - loose->blip[side].available) * 4);
		blip->offset = loose->blip[side].offset;
		blip->available = loose->blip[side].available;
		blip->integrator = loose->blip[side].integrator;
	}
}

/** Tells the GBA's renderer what is in the video memories: it keeps what follows from them. */
static void rerender(struct Console* c, const struct Loose* loose) {
	pictureRestart(c);
	c->whole = c->seen && loose->whole;
	if (c->link->system == SYSTEM_GB) return;
	struct GBA* gba = gbaOf(c);
	struct GBAVideoRenderer* renderer = gba->video.renderer;
	renderer->reset(renderer);
	for (int i = 0; i < 512; i++) renderer->writePalette(renderer, i * 2, gba->video.palette[i]);
	for (uint32_t address = 0; address < 0x56; address += 2)
		if (address != 4 && address != 6 && address != 0x4E) renderer->writeVideoRegister(renderer, address, gba->memory.io[address >> 1]);
	struct GBAVideoSoftwareBackground* bg = affineOf(c);
	bg[2].sx = loose->affine[0], bg[2].sy = loose->affine[1], bg[3].sx = loose->affine[2], bg[3].sy = loose->affine[3];
}

static void moveConsole(struct Cursor* cursor, struct Console* c, struct Loose* loose) {
	bool gb = c->link->system == SYSTEM_GB;
	void* cpu = c->core->cpu;
	if (gb) {
		movePlain(cursor, gbOf(c), sizeof(struct GB), gbHoles, COUNT(gbHoles));
		movePlain(cursor, cpu, sizeof(struct SM83Core), sm83Holes, COUNT(sm83Holes));
		movePlain(cursor, gbOf(c)->video.renderer, sizeof(struct GBVideoSoftwareRenderer), gbRendererHoles, COUNT(gbRendererHoles));
	} else {
		movePlain(cursor, gbaOf(c), sizeof(struct GBA), gbaHoles, COUNT(gbaHoles));
		movePlain(cursor, cpu, sizeof(struct ARMCore), armHoles, COUNT(armHoles));
	}
	if (cursor->way == LOAD) scatter(c, loose);
	size_t size;
	uint8_t* save = saveOf(c, &size);
	if (gb) {
		move(cursor, gbOf(c)->memory.wram, GB_SIZE_WORKING_RAM);
		move(cursor, gbOf(c)->video.vram, GB_SIZE_VRAM);
	} else {
		move(cursor, gbaOf(c)->memory.wram, SIZE_WORKING_RAM + SIZE_WORKING_IRAM);
		move(cursor, gbaOf(c)->video.vram, SIZE_VRAM);
	}
	if (loose->saveSize) move(cursor, save, loose->saveSize);
	for (int side = 0; side < 2; side++) {
		int32_t* samples = blipSamples(blipOf(c, side));
		move(cursor, samples, (loose->blip[side].available + BLIP_AHEAD) * 4);
	}
	for (uint32_t y = 0; y < loose->rows; y++) move(cursor, c->pixels + y * 256, c->link->width * 4);
	if (cursor->way == LOAD) rerender(c, loose);
}

static size_t walk(struct Link* link, struct Cursor* cursor, struct Head* head, struct Loose* loose) {
	move(cursor, head, sizeof(*head));
	for (int i = 0; i < link->count; i++) move(cursor, &loose[i], sizeof(*loose));
	for (int i = 0; i < link->count; i++) moveConsole(cursor, &link->consoles[i], &loose[i]);
	return cursor->size;
}

static struct Head headOf(struct Link* link, struct Loose* loose) {
	struct Head head = { MAGIC, VERSION, link->identity, 0, link->system, link->count, link->cable, link->target, link->stop, 0 };
	struct Cursor cursor = { .way = MEASURE };
	head.size = walk(link, &cursor, &head, loose);
	return head;
}

size_t link_state_size(struct Link* link) {
	struct Loose loose[CONSOLES_MAX];
	for (int i = 0; i < link->count; i++) gather(&link->consoles[i], &loose[i]);
	return headOf(link, loose).size;
}

size_t link_save(struct Link* link, uint8_t* into, size_t size) {
	struct Loose loose[CONSOLES_MAX];
	for (int i = 0; i < link->count; i++) gather(&link->consoles[i], &loose[i]);
	struct Head head = headOf(link, loose);
	if (head.size > size) return 0;
	struct Cursor cursor = { .way = SAVE, .at = into };
	return walk(link, &cursor, &head, loose);
}

int link_load(struct Link* link, const uint8_t* state, size_t size) {
	struct Head head;
	struct Loose loose[CONSOLES_MAX];
	size_t fixed = sizeof(head) + link->count * sizeof(*loose);
	if (size < fixed) return LINK_BAD_STATE;
	memcpy(&head, state, sizeof(head));
	if (head.magic != MAGIC || head.version != VERSION || head.size != size || head.system != link->system) return LINK_BAD_STATE;
	if (head.count != link->count || head.cable != link->cable || head.identity != link->identity) return LINK_BAD_STATE;
	memcpy(loose, state + sizeof(head), link->count * sizeof(*loose));
	for (int i = 0; i < link->count; i++)
		if (!makeSave(&link->consoles[i], loose[i].saveSize) || !plausible(&link->consoles[i], &loose[i])) return LINK_BAD_STATE;
	struct Cursor measure = { .way = MEASURE };
	if (walk(link, &measure, &head, loose) != size) return LINK_BAD_STATE;
	struct Cursor cursor = { .way = LOAD, .at = (uint8_t*) state };
	walk(link, &cursor, &head, loose);
	link->target = head.target;
	link->stop = head.stop;
	return 0;
}
