/* The scheduler: who runs when, and what a frame is. */
#include "link.h"
#include "exports.h"

/** How far a console may run ahead of the others: units of half a T-cycle on GB, cycles on GBA. Fast transfers want less. */
enum { AHEAD_GB = 512, AHEAD_GB_FAST = 128, AHEAD_GBA = 1024, AHEAD_GBA_NORMAL = 256 };
enum { GB_FRAME = GB_VIDEO_TOTAL_LENGTH * 2, GBA_FRAME = VIDEO_TOTAL_LENGTH };
/** A frame ends this long after console 1's vertical blank begins: its event has come, no game has read its keys yet. */
enum { AFTER_BLANK = 48 };
/** No frame of a sound console takes so many turns: it hangs. */
enum { TURNS_MAX = 4000000 };

static int32_t ahead(struct Console* c) {
	if (c->link->system == SYSTEM_GB) {
		struct GB* gb = gbOf(c);
		return gb->model >= GB_MODEL_CGB && GBRegisterSCIsClockSpeed(gb->memory.io[GB_REG_SC]) ? AHEAD_GB_FAST : AHEAD_GB;
	}
	return c->wire.port == SIO_NORMAL_8 || c->wire.port == SIO_NORMAL_32 ? AHEAD_GBA_NORMAL : AHEAD_GBA;
}

static void leave(struct Console* c) {
	if (c->link->system == SYSTEM_GB)
		gbOf(c)->earlyExit = true;
	else
		gbaOf(c)->earlyExit = true;
}

static void onTick(struct mTiming* timing, void* context, uint32_t late) {
	struct Console* c = context;
	int32_t next = ahead(c);
	int32_t now = timeOf(c) - (int32_t) late;
	int32_t left = c->link->stop - now;
	if (left > 0 && left < next) next = left;
	mTimingSchedule(timing, &c->tick, next - (int32_t) late);
	leave(c);
}

static void onDone(struct mTiming* timing, void* context, uint32_t late) {
	(void) timing;
	struct Console* c = context;
	if (c->link->system == SYSTEM_GB)
		gbDone(c);
	else
		gbaDone(c, late);
}

/** Stops a console where it is: its transfer begins when the others have come here. */
void linkBlock(struct Console* c) {
	c->wire.blocked = true;
	c->wire.started = timeOf(c);
	mTimingDeschedule(c->core->timing, &c->tick);
	mTimingSchedule(c->core->timing, &c->tick, 0);
}

static bool reached(struct Link* link, struct Console* starter) {
	for (int i = 0; i < link->count; i++) {
		struct Console* c = &link->consoles[i];
		if (c != starter && !c->wire.blocked && timeOf(c) - starter->wire.started < 0) return false;
	}
	return true;
}

static bool beginTransfers(struct Link* link) {
	for (int i = 0; i < link->count; i++) {
		struct Console* c = &link->consoles[i];
		if (!c->wire.blocked || !reached(link, c)) continue;
		c->wire.blocked = false;
		c->wire.transfers++;
		if (link->system == SYSTEM_GB)
			gbExchange(c);
		else
			gbaExchange(c);
		return true;
	}
	return false;
}

/** Runs whoever is furthest behind until all have come to the stop or wait for others at it. */
static int run(struct Link* link, int32_t stop) {
	link->stop = stop;
	for (int turns = 0; turns < TURNS_MAX; turns++) {
		while (beginTransfers(link)) {}
		struct Console* next = NULL;
		int32_t least = 0;
		for (int i = 0; i < link->count; i++) {
			struct Console* c = &link->consoles[i];
			if (c->wire.blocked) continue;
			int32_t left = timeOf(c) - stop;
			if (left < least) {
				least = left;
				next = c;
			}
		}
		if (!next) return 0;
		next->core->runLoop(next->core);
	}
	return LINK_HANGS;
}

/** When console 1's first vertical blank begins. */
static int32_t firstBlank(struct Console* c) {
	if (c->link->system == SYSTEM_GBA) {
		struct GBAVideo* video = &gbaOf(c)->video;
		int lines = GBA_VIDEO_VERTICAL_PIXELS - 1 - video->vcount;
		return (int32_t) video->event.when + VIDEO_HBLANK_LENGTH + lines * VIDEO_HORIZONTAL_LENGTH;
	}
	struct GBVideo* video = &gbOf(c)->video;
	int lines = video->ly < GB_VIDEO_VERTICAL_TOTAL_PIXELS ? GB_VIDEO_VERTICAL_TOTAL_PIXELS - 1 : GB_VIDEO_VERTICAL_PIXELS;
	return (int32_t) video->modeEvent.when + lines * GB_VIDEO_HORIZONTAL_LENGTH * 2;
}

/** Puts the cable in: all consoles were switched on just now. */
static void attach(struct Link* link) {
	for (int i = 0; i < link->count; i++) {
		struct Console* c = &link->consoles[i];
		c->wire = (struct Wire) { .port = -1 };
		c->tick = (struct mTimingEvent) { .context = c, .callback = onTick, .name = "link tick", .priority = 0x90 };
		c->done = (struct mTimingEvent) { .context = c, .callback = onDone, .name = "link done", .priority = 0x80 };
		if (link->system == SYSTEM_GB)
			gbAttach(c);
		else
			gbaAttach(c);
		mTimingSchedule(c->core->timing, &c->tick, 0);
		pictureRestart(c);
	}
	link->attached = true;
	link->target = link->stop = firstBlank(&link->consoles[0]) + AFTER_BLANK;
}

void linkPowerOn(struct Console* c) {
	c->core->reset(c->core);
	if (c->link->system == SYSTEM_GB) gbOf(c)->memory.rtcLastLatch = c->link->clock;
}

void link_start(struct Link* link) {
	pictureInit(link);
	attach(link);
}

void link_reset(struct Link* link) {
	link->attached = false;
	for (int i = 0; i < link->count; i++) linkPowerOn(&link->consoles[i]);
	attach(link);
}

static void press(struct Link* link, const uint32_t* keys) {
	bool moved = false;
	for (int i = 0; i < link->count; i++) {
		struct Console* c = &link->consoles[i];
		moved |= (c->wire.keys ^ keys[i]) & KEY_UNPLUGGED;
		c->wire.keys = keys[i];
		c->core->setKeys(c->core, keys[i] & 0x3FF);
	}
	if (moved && link->system == SYSTEM_GBA) gbaCableChanged(link);
}

static int32_t frameOf(struct Link* link) { return link->system == SYSTEM_GB ? GB_FRAME : GBA_FRAME; }

/**
 * mGBA's video events slip by some cycles where a DMA comes between; a GBA's frames all take 280,896. Without this, the
 * consoles' pictures would drift apart and away from the steps.
 */
static void keepPace(struct Console* c) {
	struct Link* link = c->link;
	struct mTimingEvent* event = &gbaOf(c)->video.event;
	int32_t slip = (int32_t) event->when - VIDEO_HDRAW_LENGTH - (link->target - AFTER_BLANK);
	while (slip > GBA_FRAME / 2) slip -= GBA_FRAME;
	while (slip < -GBA_FRAME / 2) slip += GBA_FRAME;
	if (slip == 0) return;
	int32_t next = (int32_t) event->when - slip - timeOf(c);
	mTimingDeschedule(c->core->timing, event);
	mTimingSchedule(c->core->timing, event, next);
}

void linkFrameEnded(void* context) {
	struct Console* c = context;
	if (c->link->system == SYSTEM_GBA && c->link->attached) keepPace(c);
	pictureFrameEnded(c);
}

int link_step(struct Link* link, const uint32_t* keys, int video, int audio) {
	press(link, keys);
	pictureBegin(link, video);
	int fault = run(link, link->target);
	link->target += frameOf(link);
	soundDrain(link, audio);
	return fault;
}

int link_advance(struct Link* link, const uint32_t* keys, int32_t units) {
	press(link, keys);
	pictureBegin(link, false);
	return run(link, link->target - frameOf(link) + units % frameOf(link));
}

int32_t link_time(struct Link* link, int i) { return timeOf(&link->consoles[i]); }
uint32_t link_transfers(struct Link* link, int i) { return link->consoles[i].wire.transfers; }
int link_in_transfer(struct Link* link) {
	int busy = 0;
	for (int i = 0; i < link->count; i++) {
		struct Console* c = &link->consoles[i];
		busy |= c->wire.busy || c->wire.blocked || (link->system == SYSTEM_GB && gbOf(c)->sio.remainingBits > 0);
	}
	return busy;
}
