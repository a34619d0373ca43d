// Frames and states. The core saves at the end of an interrupt, and loads at the next one, whatever it is; both tell when they
// are done, and there the core's thread waits: settled, in the very state.
#include <stdlib.h>
#include <string.h>
#include "exports.h"
#include "machine.h"

// Places in a savestate of version 1.8: see savestates_save_m64p in the core. The tables of the TLB are mostly empty.
#define RDRAM_AT 444u
#define RSP_AT (RDRAM_AT + MEMORY_SIZE)
#define TABLES_AT (RSP_AT + RSP_MEMORY_SIZE + 64 + 24)
#define TABLES_SIZE 0x800000u
#define REST_AT (TABLES_AT + TABLES_SIZE)
#define REST_SIZE (CORE_STATE_SIZE - REST_AT)
#define QUEUE_SIZE 1024u
#define QUEUE_AT (CORE_STATE_SIZE - 4096 - 4 - QUEUE_SIZE)

const char STATE_PATH[] = "instep:state";
static const uint32_t KEPT_SIZES[KEPTS] = {0x800, 0x20000, 0x8000, 0x20000};
static uint8_t* raw;
static int reset_pressed;

/// What our own states have before the core's.
struct beginning {
    uint64_t interrupts;
    int64_t sound_debt, given_already;
    uint32_t transfers[2];
    uint32_t processor_drew, reset_pressed, has_tables, nothing;
};

uint8_t* raw_state(void) {
    // The core leaves some bytes out, which must not be what luck put there.
    if (!raw) raw = calloc(1, CORE_STATE_SIZE);
    return raw;
}

static void save_here(void) { m.command(M64CMD_STATE_SAVE, 1, (void*)STATE_PATH); }

/// In place of SDL's events, which the core looks for once in each vertical interrupt.
void vertical_interrupt(void) {
    if (m.discarding) {
        ask_for_load();
        return;
    }
    m.interrupts++;
    if (!m.blind) sound_frame();
    save_here();
    m.frame_ends = 1;
}

/// The first moment since at which the core can save: the frame is over.
void end_frame(void) {
    m.frame_ends = m.wants_state = m.settled = 0;
    meet(EVENT_FRAME);
    // For want of memory, it is told, and goes on.
    m.refuses = !m.wants_state;
}

void state_changed(void* context, m64p_core_param what, int value) {
    (void)context;
    if (what == M64CORE_EMU_STATE && value == M64EMU_RUNNING && !m.booted) {
        m.booted = m.wants_state = 1;
        save_here();
    }
    int saved = what == M64CORE_STATE_SAVECOMPLETE && m.wants_state;
    if (!saved && what != M64CORE_STATE_LOADCOMPLETE) return;
    m.wants_state = m.discarding = 0;
    m.settled = 1;
    meet(value ? EVENT_SETTLED : EVENT_REFUSED);
}

/// The core's thread, wherever we meet it next: the state that it stood in is over by then, so another can be asked for.
void ask_for_load(void) {
    if (m.discarding != 1) return;
    m.discarding = 2;
    m.command(M64CMD_STATE_LOAD, 0, (void*)STATE_PATH);
}

/// Pairs of an event and its time; behind the last one lies whatever was on the core's stack.
static void clear_queue(void) {
    uint32_t at = QUEUE_AT, type = 0;
    for (; at < QUEUE_AT + QUEUE_SIZE; at += 8) {
        memcpy(&type, raw + at, 4);
        if (type == UINT32_MAX) break;
    }
    if (type == UINT32_MAX) memset(raw + at + 4, 0, QUEUE_AT + QUEUE_SIZE - at - 4);
}

/// Brings `raw` to what the console holds now.
static int settle(void) {
    if (!m.settled) {
        m.wants_state = 1;
        if (go() != EVENT_SETTLED) return 0;
        clear_queue();
        return 1;
    }
    // Nothing ran since, but the caller may have written into memory.
    memcpy(raw + RDRAM_AT, m.graphics.RDRAM, MEMORY_SIZE);
    memcpy(raw + RSP_AT, m.graphics.DMEM, RSP_MEMORY_SIZE);
    return 1;
}

int m64_step(int video, int audio) {
    if (reset_pressed) m.command(M64CMD_RESET, 0, NULL);
    reset_pressed = 0;
    m.show_video = video;
    m.show_audio = audio;
    m.drawn = 0;
    begin_sound();
    return go();
}
int m64_answer(uint32_t keys) {
    m.keys = keys;
    return go();
}
void m64_reset(void) { reset_pressed = 1; }
int m64_drawn(void) { return m.drawn; }

static int has_tables(void) {
    const uint64_t* words = (const uint64_t*)(raw + TABLES_AT + 4);
    for (size_t i = 0; i < TABLES_SIZE / 64; i++, words += 8)
        if (words[0] | words[1] | words[2] | words[3] | words[4] | words[5] | words[6] | words[7]) return 1;
    return 0;
}

static size_t size_with(int tables) {
    size_t size = sizeof(struct beginning) + TABLES_AT + REST_SIZE + (tables ? TABLES_SIZE : 0);
    for (int i = 0; i < KEPTS; i++) size += KEPT_SIZES[i];
    return size;
}

size_t m64_state_size(void) { return settle() ? size_with(has_tables()) : 0; }

size_t m64_save(uint8_t* into, size_t size) {
    if (!settle()) return 0;
    struct beginning b = {
        .interrupts = m.interrupts,
        .sound_debt = sound_debt,
        .given_already = given_already,
        .transfers = {*transfer_address(0), *transfer_address(1)},
        .processor_drew = m.processor_drew,
        .reset_pressed = (uint32_t)reset_pressed,
        .has_tables = (uint32_t)has_tables(),
    };
    size_t whole = size_with((int)b.has_tables);
    if (size < whole) return 0;
    memcpy(into, &b, sizeof b);
    into += sizeof b;
    memcpy(into, raw, TABLES_AT);
    memcpy(into + TABLES_AT, raw + REST_AT, REST_SIZE);
    into += TABLES_AT + REST_SIZE;
    for (int i = 0; i < KEPTS; into += KEPT_SIZES[i++]) memcpy(into, m.kept[i].at, KEPT_SIZES[i]);
    if (b.has_tables) memcpy(into, raw + TABLES_AT, TABLES_SIZE);
    return whole;
}

int m64_load(const uint8_t* state, size_t size) {
    struct beginning b;
    if (size < sizeof b) return M64ERR_INPUT_INVALID;
    memcpy(&b, state, sizeof b);
    if (b.has_tables > 1 || size != size_with((int)b.has_tables)) return M64ERR_INPUT_INVALID;
    state += sizeof b;
    m.discarding = 1;
    memcpy(raw, state, TABLES_AT);
    memcpy(raw + REST_AT, state + TABLES_AT, REST_SIZE);
    state += TABLES_AT + REST_SIZE;
    const uint8_t* kept = state;
    for (int i = 0; i < KEPTS; i++) state += KEPT_SIZES[i];
    if (b.has_tables) memcpy(raw + TABLES_AT, state, TABLES_SIZE);
    else memset(raw + TABLES_AT, 0, TABLES_SIZE);
    if (go() != EVENT_SETTLED) return M64ERR_SYSTEM_FAIL;
    for (int i = 0; i < KEPTS; kept += KEPT_SIZES[i++]) memcpy(m.kept[i].at, kept, KEPT_SIZES[i]);
    for (int i = 0; i < 2; i++) *transfer_address(i) = b.transfers[i];
    m.interrupts = b.interrupts;
    sound_debt = b.sound_debt;
    given_already = b.given_already > 0 ? b.given_already : 0;
    m.processor_drew = b.processor_drew;
    reset_pressed = (int)b.reset_pressed;
    return 0;
}

/// Whether the core is the one that these places were taken from.
int knows_core(void) {
    if (memcmp(raw, "M64+SAVE", 8) != 0 || memcmp(raw + RDRAM_AT, m.graphics.RDRAM, MEMORY_SIZE) != 0) return 0;
    for (int i = 0; i < KEPTS; i++)
        if (!m.kept[i].at || m.kept[i].size != KEPT_SIZES[i]) return 0;
    return memcmp(raw + RSP_AT, m.graphics.DMEM, RSP_MEMORY_SIZE) == 0;
}

void free_state(void) { free(raw); }
