// A picture that the CPU drew: what the video interface would show of RDRAM. The plugins know only what the graphics
// processor draws.
#include "exports.h"
#include "machine.h"

static uint32_t five_bits(uint32_t value) { return (value & 31) << 3 | (value & 31) >> 2; }

static uint32_t pixel(const uint32_t* memory, uint32_t index, int deep) {
    if (deep) return memory[index & (MEMORY_SIZE / 4 - 1)] >> 8;
    uint32_t word = memory[index / 2 & (MEMORY_SIZE / 4 - 1)];
    uint32_t half = index & 1 ? word & 0xffff : word >> 16;
    return five_bits(half >> 11) << 16 | five_bits(half >> 6) << 8 | five_bits(half >> 1);
}

void draw_memory(void) {
    const GFX_INFO* g = &m.graphics;
    uint32_t type = *g->VI_STATUS_REG & 3, stride = *g->VI_WIDTH_REG & 0xfff;
    int deep = type == 3;
    uint32_t across = (*g->VI_H_START_REG & 0x3ff) - (*g->VI_H_START_REG >> 16 & 0x3ff);
    uint32_t down = (*g->VI_V_START_REG & 0x3ff) - (*g->VI_V_START_REG >> 16 & 0x3ff);
    // Steps are in 1/1024 of a pixel; lines are counted in halves.
    uint32_t width = across * (*g->VI_X_SCALE_REG & 0xfff) / 1024;
    uint32_t height = down / 2 * (*g->VI_Y_SCALE_REG & 0xfff) / 1024;
    uint32_t origin = (*g->VI_ORIGIN_REG & (MEMORY_SIZE - 1)) / (deep ? 4 : 2);
    int blank = type < 2 || across > 0x3ff || down > 0x3ff || width == 0 || height == 0;
    uint32_t* to = (uint32_t*)m.pixels;
    for (int y = 0; y < m.height; y++) {
        uint32_t row = origin + (uint32_t)((uint64_t)y * height / m.height) * stride;
        for (int x = 0; x < m.width; x++)
            *to++ = blank ? 0 : pixel((const uint32_t*)g->RDRAM, row + (uint32_t)((uint64_t)x * width / m.width), deep);
    }
    m.drawn = 1;
}
