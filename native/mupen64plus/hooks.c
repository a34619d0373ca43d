// The core's imports of other libraries, set to functions of ours in this private copy only: there is no other way to keep the
// host's clock out, to have states without a file, and to know where a cartridge's memories lie.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include "machine.h"

struct hook {
    const char* name;
    void* to;
};

static _Thread_local struct { void* at; size_t size; } last;

/// A state to be filled in: all but the last part of it is written anyway.
static void* hooked_calloc(size_t count, size_t size) {
    if (count * size != CORE_STATE_SIZE) return calloc(count, size);
    memset(raw_state() + CORE_STATE_SIZE - 8192, 0, 8192);
    return raw_state();
}

/// The core copies its path when it is about to save: every instruction and every interrupt is complete then.
static char* hooked_strdup(const char* text) {
    if (m.frame_ends && strcmp(text, STATE_PATH) == 0) end_frame();
    return strdup(text);
}

static void* hooked_malloc(size_t size) {
    if (m.refuses) {
        m.refuses = 0;
        return NULL;
    }
    // What a load reads after its header, or a bit more than what is left of a state: it already lies where it belongs.
    if (m.discarding && size > 2 * MEMORY_SIZE) return raw_state() + 44;
    last.at = malloc(size);
    last.size = size;
    return last.at;
}

static void hooked_free(void* at) {
    uint8_t* raw = raw_state();
    if (at != raw && at != raw + 44) free(at);
}

/// A state's file is never opened; the save files are where memories were just allocated; nothing is ever written.
static FILE* hooked_fopen(const char* path, const char* mode) {
    static char gzip[] = {0x1f, (char)0x8b, 8, 0};
    static const char* const ENDINGS[KEPTS] = {".eep", ".mpk", ".sra", ".fla"};
    if (strcmp(path, STATE_PATH) == 0) return fmemopen(gzip, sizeof gzip, "rb");
    if (mode[0] != 'r' || strchr(mode, '+')) return fopen("/dev/null", "wb");
    size_t length = strlen(path);
    for (int i = 0; i < KEPTS; i++) {
        if (length < 4 || strcmp(path + length - 4, ENDINGS[i]) != 0) continue;
        struct kept* kept = &m.kept[i];
        kept->at = last.at;
        kept->size = last.size;
        return kept->given ? fmemopen((void*)kept->given, kept->size, "rb") : NULL;
    }
    return fopen(path, mode);
}

static FILE* hooked_plugin_fopen(const char* path, const char* mode) {
    return fopen(mode[0] == 'r' && !strchr(mode, '+') ? path : "/dev/null", mode);
}

static size_t cursor;
static void* hooked_gzopen(const char* path, const char* mode) {
    (void)mode;
    cursor = 0;
    return strcmp(path, STATE_PATH) == 0 ? (void*)&cursor : NULL;
}
static int hooked_gzread(void* file, void* into, unsigned size) {
    (void)file;
    if (cursor + size > CORE_STATE_SIZE) return -1;
    if (into != raw_state() + cursor) memcpy(into, raw_state() + cursor, size);
    cursor += size;
    return (int)size;
}
static int hooked_gzwrite(void* file, const void* from, unsigned size) {
    (void)file;
    (void)from;
    return (int)size;
}
static int hooked_gzclose(void* file) {
    (void)file;
    return 0;
}

static time_t hooked_time(time_t* into) {
    time_t now = m.clock + (time_t)(m.interrupts / refresh_rate());
    if (into) *into = now;
    return now;
}

static void* hooked_dlsym(void* handle, const char* name) {
    if (handle == &m.graphics) return video_symbol(name);
    if (handle == &m.pads) return pads_symbol(name);
    if (handle == &m.sound) return sound_symbol(name);
    if (handle == &m.rsp) return rsp_symbol(name);
    return dlsym(handle, name);
}

static int nothing(void) { return 0; }

/// What glide64mk2 writes across the foot of its first 90 pictures: which of its keys are on.
static int hooked_vsprintf(char* into, int flag, size_t size, const char* format, va_list list) {
    (void)flag;
    int length = vsnprintf(into, size < INT32_MAX ? size : INT32_MAX, format, list);
    if (strncmp(into, "FB READ ALWAYS: ", 16) != 0) return length;
    *into = 0;
    return 0;
}

/// Plugins draw noise by luck: it is the same in each run, and after a state is loaded (the finalizer of MurmurHash3).
static int hooked_rand(void) {
    static uint64_t drawn_in;
    static uint32_t drawn;
    if (drawn_in != m.interrupts) drawn = 0;
    drawn_in = m.interrupts;
    uint32_t x = (uint32_t)m.interrupts * 0x9e3779b1u + ++drawn;
    x = (x ^ x >> 16) * 0x85ebca6bu;
    x = (x ^ x >> 13) * 0xc2b2ae35u;
    return (int)((x ^ x >> 16) & 0x7fffffff);
}

static int redirect(const ElfW(Rela)* table, size_t size, const struct link_map* map, const ElfW(Sym)* symbols,
                    const char* strings, const struct hook* hooks, size_t count) {
    int done = 0;
    for (const ElfW(Rela)* r = table; (const char*)r < (const char*)table + size; r++) {
        const ElfW(Sym)* symbol = symbols + ELF64_R_SYM(r->r_info);
        if (ELF64_R_SYM(r->r_info) == 0 || symbol->st_shndx != SHN_UNDEF || r->r_addend != 0) continue;
        for (size_t i = 0; i < count; i++) {
            if (strcmp(strings + symbol->st_name, hooks[i].name) != 0) continue;
            void** slot = (void**)(map->l_addr + r->r_offset);
            long page = sysconf(_SC_PAGESIZE);
            if (mprotect((void*)((uintptr_t)slot & -page), page, PROT_READ | PROT_WRITE) != 0) continue;
            *slot = hooks[i].to;
            done++;
        }
    }
    return done;
}

/// Sets the imports of a loaded library; gives how many were set.
static int hook(void* handle, const struct hook* hooks, size_t count) {
    struct link_map* map;
    if (dlinfo(handle, RTLD_DI_LINKMAP, &map) != 0) return 0;
    const ElfW(Sym)* symbols = NULL;
    const char* strings = NULL;
    const ElfW(Rela) *plt = NULL, *data = NULL;
    size_t plt_size = 0, data_size = 0;
    for (const ElfW(Dyn)* d = map->l_ld; d->d_tag != DT_NULL; d++) {
        switch (d->d_tag) {
        case DT_SYMTAB: symbols = (void*)d->d_un.d_ptr; break;
        case DT_STRTAB: strings = (void*)d->d_un.d_ptr; break;
        case DT_JMPREL: plt = (void*)d->d_un.d_ptr; break;
        case DT_PLTRELSZ: plt_size = d->d_un.d_val; break;
        case DT_RELA: data = (void*)d->d_un.d_ptr; break;
        case DT_RELASZ: data_size = d->d_un.d_val; break;
        }
    }
    if (!symbols || !strings) return 0;
    return redirect(plt, plt_size, map, symbols, strings, hooks, count) +
           redirect(data, data_size, map, symbols, strings, hooks, count);
}

/// 0, or a FAULT when the core lacks an import that has to be set.
int hook_core(void* core) {
    const struct hook needed[] = {
        {"malloc", hooked_malloc},   {"calloc", hooked_calloc},   {"free", hooked_free},       {"fopen64", hooked_fopen},
        {"gzopen64", hooked_gzopen}, {"gzread", hooked_gzread},   {"gzwrite", hooked_gzwrite},
        {"gzclose", hooked_gzclose}, {"time", hooked_time},       {"dlsym", hooked_dlsym},
        {"strdup", hooked_strdup},    {"localtime", gmtime},       {"SDL_PumpEvents", vertical_interrupt}, {"SDL_Quit", nothing},
    };
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (hook(core, needed + i, 1) == 0) return FAULT_HOOK;
    return 0;
}

/// Some plugins rewrite their own files, and chatter where the program's results go.
void hook_plugin(void* plugin) {
    const struct hook all[] = {
        {"fopen64", hooked_plugin_fopen}, {"fopen", hooked_plugin_fopen}, {"printf", nothing},  {"puts", nothing},
        {"putchar", nothing},             {"vprintf", nothing},           {"fprintf", nothing}, {"__printf_chk", nothing},
        {"__vprintf_chk", nothing},       {"__fprintf_chk", nothing},     {"fputs", nothing},   {"fputc", nothing},
        {"rand", hooked_rand},            {"srand", nothing},             {"__vsprintf_chk", hooked_vsprintf},
    };
    hook(plugin, all, sizeof all / sizeof *all);
}
