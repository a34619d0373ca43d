/* Making consoles and putting games in. */
#define _GNU_SOURCE
#include "link.h"
#include "exports.h"
#include <dlfcn.h>
#include <mgba-util/vfs.h>
#include <mgba/core/version.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/** A cartridge's header, and more than any cartridge has. */
enum { ROM_LEAST = 0x150, ROM_MOST = 0x4000000 };

static void noLog(struct mLogger* logger, int category, enum mLogLevel level, const char* format, va_list args) {
	(void) logger, (void) category, (void) level, (void) format, (void) args;
}
static struct mLogger quiet = { .log = noLog };

/* The consoles' clocks show UTC wherever the program runs: libmgba finds these before libc's (the shim is loaded "deep"). */
struct tm* localtime_r(const time_t* at, struct tm* into) { return gmtime_r(at, into); }
time_t mktime(struct tm* at) { return timegm(at); }

static struct mCore* makeCore(struct Link* link, struct Console* c, int model) {
	struct mCore* core = mCoreCreate(link->system == SYSTEM_GB ? mPLATFORM_GB : mPLATFORM_GBA);
	if (!core || !core->init(core)) return NULL;
	mCoreInitConfig(core, NULL);
	struct mCoreOptions options = { .useBios = false, .skipBios = true, .volume = 0x100, .audioBuffers = SAMPLES_MAX, .sampleRate = SAMPLE_RATE };
	mCoreConfigLoadDefaults(&core->config, &options);
	mCoreConfigSetDefaultValue(&core->config, "idleOptimization", "ignore");
	static const char* const keys[] = { "gb.model", "sgb.model", "cgb.model", "cgb.hybridModel", "cgb.sgbModel" };
	for (int i = 0; i < 5; i++) {
		bool color = model == 2 || (model == 0 && i >= 2);
		mCoreConfigSetDefaultValue(&core->config, keys[i], color ? "CGB" : "DMG");
	}
	mCoreConfigSetDefaultIntValue(&core->config, "sgb.borders", 0);
	mCoreConfigMap(&core->config, &core->opts);
	core->loadConfig(core, &core->config);
	c->pixels = calloc(256 * 224, sizeof(color_t));
	core->setVideoBuffer(core, c->pixels, 256);
	core->setAudioBufferSize(core, SAMPLES_MAX);
	for (int side = 0; side < 2; side++) blip_set_rates(core->getAudioChannel(core, side), core->frequency(core), SAMPLE_RATE);
	core->rtc.override = RTC_FAKE_EPOCH;
	core->rtc.value = link->clock * 1000;
	struct mCoreCallbacks callbacks = { .context = c, .videoFrameEnded = linkFrameEnded };
	core->addCoreCallbacks(core, &callbacks);
	return core;
}

/** Whether structs lie in libmgba as its headers said when this was built. */
static bool structsFit(struct Link* link, struct Console* c) {
	void* cpu = c->core->cpu;
	if (link->system == SYSTEM_GB) {
		struct GB* gb = gbOf(c);
		return gb->cpu == cpu && gb->video.p == gb && gb->timer.p == gb && gb->audio.p == gb && gb->sio.p == gb &&
			c->core->timing == &gb->timing && gb->timing.relativeCycles == &gb->cpu->cycles && gb->eiPending.context == gb;
	}
	struct GBA* gba = gbaOf(c);
	return gba->cpu == cpu && gba->video.p == gba && gba->audio.p == gba && gba->sio.p == gba && gba->memory.hw.p == gba &&
		c->core->timing == &gba->timing && gba->timing.relativeCycles == &gba->cpu->cycles && gba->timers[3].event.priority == 0x23;
}

struct Link* link_open(int system, int count, int cable, int model, int64_t clock, uint32_t seen, uint32_t heard) {
	if (count < 1 || count > CONSOLES_MAX) return NULL;
	mLogSetDefaultLogger(&quiet);
	struct Link* link = calloc(1, sizeof(*link));
	link->system = system;
	link->count = count;
	link->cable = cable;
	link->clock = clock;
	for (int i = 0; i < count; i++) {
		struct Console* c = &link->consoles[i];
		c->link = link;
		c->id = i;
		c->core = makeCore(link, c, model);
		c->heard = heard >> i & 1;
		c->seen = seen >> i & 1;
		if (!c->core) {
			link_close(link);
			return NULL;
		}
	}
	return link;
}

/** mGBA knows a Game Boy game by its logo, which homebrew leaves out; the console itself sums up the header too. */
static bool isGame(struct Console* c, struct VFile* file, const uint8_t* rom, size_t size) {
	if (c->core->isROM(file)) return true;
	if (c->link->system != SYSTEM_GB || size < 0x8000) return false;
	uint8_t sum = 0;
	for (int at = 0x134; at < 0x14D; at++) sum = sum - rom[at] - 1;
	return sum == rom[0x14D];
}

int link_insert(struct Link* link, int i, const uint8_t* rom, size_t size, const uint8_t* save, size_t saveSize) {
	struct Console* c = &link->consoles[i];
	if (size < ROM_LEAST || size > ROM_MOST) return LINK_NO_ROM;
	c->rom = malloc(size);
	c->romSize = size;
	memcpy(c->rom, rom, size);
	for (size_t k = 0; k < size; k++) link->identity = (link->identity ^ rom[k]) * 0x01000193u;
	link->identity = link->identity * 31 + i;
	struct VFile* file = VFileFromMemory(c->rom, size); // a chunk would grow when mGBA looks behind its end
	if (!isGame(c, file, rom, size)) {
		file->close(file);
		return LINK_NO_ROM;
	}
	if (!c->core->loadROM(c->core, file)) return LINK_NO_ROM;
	linkPowerOn(c);
	if (!structsFit(link, c)) return LINK_OTHER_LIBRARY;
	return saveInsert(c, save, saveSize);
}

const char* link_library(void) {
	Dl_info info;
	return dladdr((void*) mCoreCreate, &info) ? info.dli_fname : "";
}
const char* link_library_version(void) { return projectVersion; }

void link_close(struct Link* link) {
	link->attached = false;
	for (int i = 0; i < link->count; i++) {
		struct Console* c = &link->consoles[i];
		if (c->core) {
			if (link->system == SYSTEM_GB)
				gbOf(c)->sio.driver = NULL;
			else
				gbaOf(c)->sio.drivers = (struct GBASIODriverSet) { 0 }, gbaOf(c)->sio.activeDriver = NULL;
			mCoreConfigDeinit(&c->core->config);
			c->core->deinit(c->core);
		}
		free(c->pixels);
		free(c->rom);
	}
	free(link->picture);
	free(link);
}
