/* Save RAM. It lies in plain memory: mGBA's files for it may move it while the console runs. */
#include "link.h"
#include "exports.h"
#include <string.h>

/** A battery's clock behind the save of an MBC3 cartridge, as VBA and its followers write it: 10 words, then seconds since 1970. */
enum { RTC_FOOTER = 48, RTC_FOOTER_SHORT = 44 };

static bool named(const uint8_t* rom, size_t size, const char* name) {
	size_t length = strlen(name);
	for (size_t at = 0; at + length <= size; at += 4) // the SDK aligns it
		if (!memcmp(rom + at, name, length)) return true;
	return false;
}

/** What Nintendo's SDK leaves in a ROM of its save library; mGBA's own list of games goes before. */
static enum SavedataType typeOf(const uint8_t* rom, size_t size) {
	if (named(rom, size, "FLASH1M_V")) return SAVEDATA_FLASH1M;
	if (named(rom, size, "FLASH512_V") || named(rom, size, "FLASH_V")) return SAVEDATA_FLASH512;
	if (named(rom, size, "EEPROM_V")) return SAVEDATA_EEPROM;
	if (named(rom, size, "SRAM_V") || named(rom, size, "SRAM_F_V")) return SAVEDATA_SRAM;
	return SAVEDATA_AUTODETECT;
}

uint8_t* saveOf(struct Console* c, size_t* size) {
	if (c->link->system == SYSTEM_GB) {
		*size = gbOf(c)->memory.sram ? gbOf(c)->sramSize : 0;
		return gbOf(c)->memory.sram;
	}
	struct GBASavedata* save = &gbaOf(c)->memory.savedata;
	*size = save->data ? GBASavedataSize(save) : 0;
	return save->data;
}

static void readClock(struct Console* c, const uint8_t* footer, size_t size) {
	struct GBMemory* memory = &gbOf(c)->memory;
	for (int i = 0; i < 5; i++) memory->rtcRegs[i] = footer[20 + i * 4];
	uint64_t at = 0;
	memcpy(&at, footer + 40, size >= RTC_FOOTER ? 8 : 4);
	memory->rtcLastLatch = at;
}

int saveInsert(struct Console* c, const uint8_t* save, size_t size) {
	if (c->link->system == SYSTEM_GBA) {
		struct GBASavedata* memory = &gbaOf(c)->memory.savedata;
		if (memory->type == SAVEDATA_AUTODETECT) {
			enum SavedataType type = typeOf(c->rom, c->romSize);
			if (type == SAVEDATA_AUTODETECT && size > 0) type = size > 0x10000 ? SAVEDATA_FLASH1M : size > 0x8000 ? SAVEDATA_FLASH512 : SAVEDATA_SRAM;
			GBASavedataForceType(memory, type);
		}
	}
	if (size == 0) return 0;
	size_t room;
	uint8_t* into = saveOf(c, &room);
	if (!into) return LINK_NO_SAVE;
	bool clock = c->link->system == SYSTEM_GB && gbOf(c)->memory.mbcType == GB_MBC3_RTC;
	bool footed = clock && (size == room + RTC_FOOTER || size == room + RTC_FOOTER_SHORT);
	if (size > room && !footed) return LINK_LONG_SAVE;
	memcpy(into, save, size < room ? size : room);
	if (footed) readClock(c, save + room, size - room);
	return 0;
}
