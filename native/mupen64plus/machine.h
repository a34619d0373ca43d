// One Nintendo 64: a private copy of Mupen64Plus with all its globals, and of this library with its own. The core runs in a
// thread of its own and meets its caller at each vertical interrupt, each poll and each state. Between two meetings exactly one
// of the two threads runs, so nothing here needs a lock but the meeting itself.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <mupen64plus/m64p_config.h>
#include <mupen64plus/m64p_plugin.h>
#include <mupen64plus/m64p_types.h>

#define HIDDEN __attribute__((visibility("hidden")))
#define MEMORY_SIZE 0x800000u
#define RSP_MEMORY_SIZE 0x2000u
#define PADS 4
/// A savestate of version 1.8 without compression: see savestates_save_m64p in the core.
#define CORE_STATE_SIZE (16788288u + 1024 + 4 + 4096)
/// What m64_open and its like give back beside the core's own m64p_error.
enum { FAULT_LOAD = 100, FAULT_SYMBOL, FAULT_HOOK, FAULT_PLUGIN, FAULT_UNKNOWN, FAULT_HANG, FAULT_ENDED };
enum { EVENT_FRAME = 1, EVENT_POLL, EVENT_SETTLED, EVENT_REFUSED, EVENT_ENDED, EVENT_HANG };

/// Memories that a cartridge or a pak keeps, in the order of a RetroArch .srm of this console: EEPROM, mempaks, SRAM, flash.
enum { KEPT_EEPROM, KEPT_MEMPAKS, KEPT_SRAM, KEPT_FLASH, KEPTS };
struct kept {
    uint8_t* at;
    size_t size;
    const uint8_t* given;
};

struct machine {
    // The core.
    void* core;
    void* rsp;
    void* video;
    m64p_error (*command)(m64p_command, int, void*);
    GFX_INFO graphics;
    AUDIO_INFO sound;
    struct kept kept[KEPTS];
    char said[256];
    // Where the core's thread stands: in a frame's end (0), or where a state was just saved or loaded (1).
    int settled;
    // The core is asked for a state at each frame's end, which it takes where it can; most of the time none is wanted.
    int frame_ends, wants_state, refuses;
    // What runs now is thrown away: a state is about to be loaded.
    int discarding;
    // Nothing is to be drawn: the console runs ahead to find its sound's rate.
    int blind;
    int ending;
    int booted;
    // Vertical interrupts since power-on, and what the console's clock showed then.
    uint64_t interrupts;
    int64_t clock;
    // Pads.
    struct { int present, pak; } pads[PADS];
    uint32_t keys;
    int polled;
    // Pictures.
    int width, height;
    int show_video, show_audio;
    uint8_t* pixels;
    /// What room.c gave the graphics plugin.
    void* rooms[2];
    int drawn;
    // The graphics processor was used since power-on: from then on the plugin makes the picture.
    uint32_t processor_drew;
};
extern HIDDEN struct machine m;

// meet.c
HIDDEN void meet(int event);
HIDDEN int go(void);
HIDDEN int start_thread(void);
HIDDEN int join_thread(void);
// hooks.c
HIDDEN int hook_core(void* core);
HIDDEN void hook_plugin(void* plugin);
// room.c
HIDDEN int make_room(void* plugin);
// video.c, vi.c, egl.c
HIDDEN void* video_symbol(const char* name);
HIDDEN int connect_video(void* plugin);
HIDDEN void draw_memory(void);
HIDDEN void* video_extension(void);
// pads.c, sound.c, rsp.c
HIDDEN void* pads_symbol(const char* name);
HIDDEN void* sound_symbol(const char* name);
HIDDEN void* rsp_symbol(const char* name);
HIDDEN void begin_sound(void);
HIDDEN void sound_frame(void);
HIDDEN int find_sound_rate(void);
HIDDEN uint32_t refresh_rate(void);
/// Hundredths of processor ticks whose sound was not heard yet.
extern HIDDEN int64_t sound_debt;
/// Samples of the transfer under way that were given.
extern HIDDEN int64_t given_already;
/// Where the two sound transfers under way are in memory: the core's own states lack it.
HIDDEN uint32_t* transfer_address(int which);
// state.c
HIDDEN void vertical_interrupt(void);
HIDDEN void end_frame(void);
HIDDEN void state_changed(void* context, m64p_core_param what, int value);
HIDDEN void ask_for_load(void);
HIDDEN uint8_t* raw_state(void);
HIDDEN int knows_core(void);
HIDDEN void free_state(void);
HIDDEN extern const char STATE_PATH[];
