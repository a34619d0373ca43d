// The audio plugin. A transfer arrives here when it has been heard; what of one under way was heard by a frame's end is given
// then; between transfers there is silence. So the sound is as long as the picture, whatever the game plays.
#include <string.h>
#include "exports.h"
#include "machine.h"

#define SAMPLES_MAX (1 << 17)
#define SILENT_RATE 44100
#define AI_STATUS 3
#define AI_TRANSFERS 6
#define AI_TRANSFER_SIZE 3
#define AI_BUSY 0x40000000u
#define VI_V_SYNC 6
#define VI_CLOCK 16
#define VI_REFRESH 17

int64_t sound_debt;
int64_t given_already;
static int16_t samples[SAMPLES_MAX][2];
static int count, modifier = 100;
// What a sample costs in hundredths of ticks at the rate that the machine states, and ticks a second.
static int64_t cost, ticks_a_second;

uint64_t m64_samples(void) { return (uint64_t)(uintptr_t)samples; }
int m64_sample_count(void) { return count; }
int m64_refresh_rate(void) { return (int)refresh_rate(); }
void m64_sample_rate(uint32_t* numerator, uint32_t* denominator) {
    *numerator = (uint32_t)ticks_a_second * 25;
    *denominator = (uint32_t)(cost / 4);
}

// struct vi_controller and struct ai_controller of the core: registers first.
static const uint32_t* vi(void) { return m.graphics.VI_STATUS_REG; }
static uint32_t* ai(void) { return m.sound.AI_DRAM_ADDR_REG; }
uint32_t* transfer_address(int which) { return ai() + AI_TRANSFERS + which * AI_TRANSFER_SIZE; }
/// The console asks for the time before it is switched on.
uint32_t refresh_rate(void) { return m.graphics.VI_STATUS_REG && vi()[VI_REFRESH] ? vi()[VI_REFRESH] : 60; }

static int64_t ticks_a_frame(void) {
    int64_t lines = vi()[VI_V_SYNC] + 1;
    return vi()[VI_CLOCK] / refresh_rate() / lines * lines;
}

/// get_dma_duration in the core: whole ticks for each byte.
static int64_t cost_of_sample(int64_t ticks) {
    uint32_t rate = *m.sound.AI_DACRATE_REG ? vi()[VI_CLOCK] / (1 + *m.sound.AI_DACRATE_REG) : SILENT_RATE;
    return ticks / (4 * rate) * 4 * modifier;
}

/// Takes the rate that the game has set by now for the machine's. 0 while it has set none.
int find_sound_rate(void) {
    m64p_rom_settings settings;
    if (m.command(M64CMD_ROM_GET_SETTINGS, sizeof settings, &settings) == M64ERR_SUCCESS && settings.aidmamodifier > 0)
        modifier = (int)settings.aidmamodifier;
    ticks_a_second = ticks_a_frame() * refresh_rate();
    cost = cost_of_sample(ticks_a_second);
    return *m.sound.AI_DACRATE_REG != 0;
}

static void put(int16_t left, int16_t right) {
    if (count == SAMPLES_MAX) return;
    samples[count][0] = left;
    samples[count++][1] = right;
}

/// Gives of a transfer what was not given yet, at most so many samples. Another rate than the machine's is brought to it.
static void give(uint32_t address, uint32_t length, int64_t most) {
    uint32_t at = address & (MEMORY_SIZE - 8);
    if (at + length > MEMORY_SIZE) length = MEMORY_SIZE - at;
    const uint32_t* words = (const uint32_t*)(m.sound.RDRAM + at);
    int64_t there = length / 4, now = cost_of_sample(ticks_a_frame() * refresh_rate());
    int64_t all = now == cost ? there : there * now / cost;
    int64_t from = given_already, to = most < all - from ? from + most : all;
    if (to <= from) return;
    given_already = to;
    sound_debt -= (to - from) * cost;
    if (!m.show_audio) return;
    for (int64_t i = from; i < to; i++) {
        uint32_t word = words[now == cost ? i : i * there / all];
        put((int16_t)(word >> 16), (int16_t)word);
    }
}

static void heard(void) {
    if (m.discarding || m.blind) return;
    give(*m.sound.AI_DRAM_ADDR_REG, *m.sound.AI_LEN_REG, INT64_MAX);
    given_already = 0;
}

/// The frame is over: what nothing was played in was silent.
void sound_frame(void) {
    sound_debt += ticks_a_frame() * 100;
    if (sound_debt < cost) return;
    if (ai()[AI_STATUS] & AI_BUSY) {
        if (!m.discarding && !m.blind) give(transfer_address(0)[0], transfer_address(0)[1], sound_debt / cost);
        return;
    }
    int64_t silent = sound_debt / cost;
    sound_debt -= silent * cost;
    if (m.show_audio)
        while (silent-- > 0) put(0, 0);
}

void begin_sound(void) { count = 0; }

static int connect(AUDIO_INFO info) {
    m.sound = info;
    return 1;
}
static m64p_error version(m64p_plugin_type* type, int* version, int* api, const char** name, int* abilities) {
    if (type) *type = M64PLUGIN_AUDIO;
    if (version) *version = 0x10000;
    if (api) *api = 0x20000;
    if (name) *name = "Instep sound";
    if (abilities) *abilities = 0;
    return M64ERR_SUCCESS;
}
static int yes(void) { return 1; }
static void nothing(void) {}
static const char* no_text(void) { return ""; }

void* sound_symbol(const char* name) {
    if (strcmp(name, "PluginGetVersion") == 0) return version;
    if (strcmp(name, "InitiateAudio") == 0) return connect;
    if (strcmp(name, "AiLenChanged") == 0) return heard;
    if (strcmp(name, "RomOpen") == 0) return yes;
    if (strcmp(name, "VolumeGetString") == 0) return no_text;
    return nothing;
}
