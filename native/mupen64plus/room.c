// Glide64mk2 reads its picture back into arrays that hold 2048 times 2048 pixels, whatever is drawn: at 3840x2880 it writes over its
// own variables. In this private copy its code is pointed at arrays that are large enough.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "machine.h"

/// Of 4 and of 2 bytes a pixel.
static const size_t ARRAYS[] = {2048 * 2048 * 4, 2048 * 2048 * 2};
/// What may lie between the end of an array and the next thing that code refers to.
#define SLACK 0x10000
enum { PLACES = 4096 };

/// An instruction that takes an address relative to itself (lea), and that address.
struct place {
    uint8_t* at;
    uintptr_t target;
};
static struct place places[PLACES];
static size_t count;

static void find_places(uint8_t* from, const uint8_t* to, uintptr_t low, uintptr_t high) {
    for (uint8_t* at = from; at + 7 <= to && count < PLACES; at++) {
        if ((at[0] & 0xfb) != 0x48 || at[1] != 0x8d || (at[2] & 0xc7) != 0x05) continue;
        int32_t distance;
        memcpy(&distance, at + 3, 4);
        uintptr_t target = (uintptr_t)at + 7 + (intptr_t)distance;
        if (target >= low && target < high) places[count++] = (struct place){at, target};
    }
}

static uintptr_t next_target(uintptr_t after, uintptr_t end) {
    for (size_t i = 0; i < count; i++)
        if (places[i].target > after && places[i].target < end) end = places[i].target;
    return end;
}

static int seen_before(size_t i) {
    for (size_t k = 0; k < i; k++)
        if (places[k].target == places[i].target) return 1;
    return 0;
}

/// The instruction takes its address from the place it named until now (mov instead of lea), where that of the new array is.
static int redirect(const struct place* place) {
    uintptr_t page = (uintptr_t)place->at & -(uintptr_t)sysconf(_SC_PAGESIZE);
    size_t size = (uintptr_t)place->at + 7 - page;
    if (mprotect((void*)page, size, PROT_READ | PROT_WRITE | PROT_EXEC) != 0) return M64ERR_SYSTEM_FAIL;
    place->at[1] = 0x8b;
    return mprotect((void*)page, size, PROT_READ | PROT_EXEC) != 0 ? M64ERR_SYSTEM_FAIL : 0;
}

/// Does nothing to a plugin without such arrays, or where they are large enough. Returns a fault where there is no room.
int make_room(void* plugin) {
#ifdef __x86_64__
    size_t pixels = (size_t)m.width * (size_t)m.height;
    struct link_map* map;
    if (pixels <= 2048 * 2048 || dlinfo(plugin, RTLD_DI_LINKMAP, &map) != 0) return 0;
    const ElfW(Ehdr)* file = (const void*)map->l_addr;
    const ElfW(Phdr)* segments = (const void*)(map->l_addr + file->e_phoff);
    uintptr_t low = 0, high = 0;
    for (int i = 0; i < file->e_phnum; i++)
        if (segments[i].p_type == PT_LOAD && (segments[i].p_flags & PF_W)) {
            low = map->l_addr + segments[i].p_vaddr + segments[i].p_filesz;
            high = map->l_addr + segments[i].p_vaddr + segments[i].p_memsz;
        }
    count = 0;
    for (int i = 0; i < file->e_phnum; i++)
        if (segments[i].p_type == PT_LOAD && (segments[i].p_flags & PF_X)) {
            uint8_t* code = (uint8_t*)(map->l_addr + segments[i].p_vaddr);
            find_places(code, code + segments[i].p_memsz, low, high);
        }
    for (size_t i = 0; i < count; i++) {
        uintptr_t old = places[i].target;
        if (seen_before(i)) continue;
        size_t gap = next_target(old, high) - old;
        for (size_t a = 0; a < sizeof ARRAYS / sizeof *ARRAYS; a++) {
            if (gap < ARRAYS[a] || gap > ARRAYS[a] + SLACK) continue;
            void* room = calloc(pixels, ARRAYS[a] / (2048 * 2048));
            if (!room) return M64ERR_NO_MEMORY;
            m.rooms[a] = room;
            memcpy((void*)old, &room, sizeof room);
            for (size_t k = i; k < count; k++) {
                int fault = places[k].target == old ? redirect(&places[k]) : 0;
                if (fault) return fault;
            }
        }
    }
#else
    (void)plugin;
#endif
    return 0;
}
