/* What src/machine/link/shim.ts calls. */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct Link;
enum { LINK_NO_ROM = 1, LINK_OTHER_LIBRARY = 2, LINK_HANGS = 3, LINK_BAD_STATE = 4, LINK_NO_SAVE = 5, LINK_LONG_SAVE = 6 };

/** `seen`, `heard`: a bit for each console. `model` (GB): 0 as the game wants, 1 DMG, 2 CGB. `clock`: seconds since 1970. */
struct Link* link_open(int system, int count, int cable, int model, int64_t clock, uint32_t seen, uint32_t heard);
int link_insert(struct Link*, int console, const uint8_t* rom, size_t size, const uint8_t* save, size_t saveSize);
void link_start(struct Link*);
void link_reset(struct Link*);
/** `keys`: one for each console: mGBA's ten keys, and KEY_UNPLUGGED. */
int link_step(struct Link*, const uint32_t* keys, int video, int audio);
/** Runs into the frame, to `units` after its start, and stops there; the next step ends the frame. */
int link_advance(struct Link*, const uint32_t* keys, int32_t units);
size_t link_state_size(struct Link*);
size_t link_save(struct Link*, uint8_t* into, size_t size);
int link_load(struct Link*, const uint8_t* state, size_t size);
/** Memory `which` of a console: its name, address on the bus, size; null after the last. */
uint8_t* link_memory(struct Link*, int console, int which, const char** name, uint32_t* base, uint32_t* size);
uint32_t* link_picture(struct Link*, uint32_t* width, uint32_t* height);
/** Whether the last step finished a picture. */
int link_drawn(struct Link*);
int16_t* link_samples(struct Link*);
int link_sample_count(struct Link*);
int32_t link_time(struct Link*, int console);
uint32_t link_transfers(struct Link*, int console);
int link_in_transfer(struct Link*);
const char* link_library(void);
const char* link_library_version(void);
void link_close(struct Link*);
