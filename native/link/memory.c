/* The memories that a console shows. */
#include "link.h"
#include "exports.h"

struct Area {
	const char* name;
	uint32_t base;
	uint32_t size;
	uint8_t* bytes;
};

uint8_t* link_memory(struct Link* link, int console, int which, const char** name, uint32_t* base, uint32_t* size) {
	struct Console* c = &link->consoles[console];
	size_t saved;
	uint8_t* save = saveOf(c, &saved);
	struct Area areas[6];
	int count = 0;
	if (link->system == SYSTEM_GB) {
		struct GB* gb = gbOf(c);
		bool color = gb->model >= GB_MODEL_CGB;
		areas[count++] = (struct Area) { "wram", GB_BASE_WORKING_RAM_BANK0, color ? GB_SIZE_WORKING_RAM : 0x2000, gb->memory.wram };
		areas[count++] = (struct Area) { "hram", GB_BASE_HRAM, GB_SIZE_HRAM, gb->memory.hram };
		areas[count++] = (struct Area) { "vram", GB_BASE_VRAM, color ? GB_SIZE_VRAM : 0x2000, gb->video.vram };
		areas[count++] = (struct Area) { "oam", GB_BASE_OAM, GB_SIZE_OAM, gb->video.oam.raw };
		if (saved) areas[count++] = (struct Area) { "save", GB_BASE_EXTERNAL_RAM, saved, save };
	} else {
		struct GBA* gba = gbaOf(c);
		areas[count++] = (struct Area) { "wram", BASE_WORKING_RAM, SIZE_WORKING_RAM, (uint8_t*) gba->memory.wram };
		areas[count++] = (struct Area) { "iwram", BASE_WORKING_IRAM, SIZE_WORKING_IRAM, (uint8_t*) gba->memory.iwram };
		areas[count++] = (struct Area) { "vram", BASE_VRAM, SIZE_VRAM, (uint8_t*) gba->video.vram };
		areas[count++] = (struct Area) { "palette", BASE_PALETTE_RAM, SIZE_PALETTE_RAM, (uint8_t*) gba->video.palette };
		areas[count++] = (struct Area) { "oam", BASE_OAM, SIZE_OAM, (uint8_t*) gba->video.oam.raw };
		if (saved) areas[count++] = (struct Area) { "save", BASE_CART_SRAM, saved, save };
	}
	if (which >= count) return NULL;
	*name = areas[which].name;
	*base = areas[which].base;
	*size = areas[which].size;
	return areas[which].bytes;
}
