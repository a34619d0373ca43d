// The input plugin: a poll is one read of a pad's buttons.
#include <string.h>
#include "exports.h"
#include "machine.h"

#define CART_FULL_RSP 0x04000000u
#define READ_BUTTONS 1

void m64_pad(int pad, int present, int pak) {
    m.pads[pad].present = present;
    m.pads[pad].pak = pak;
}
int m64_polled(void) { return m.polled; }

static const uint8_t* pif_ram(void) {
    const uint8_t* rdram = m.graphics.RDRAM;
    // memory.c in the core: everything at its own address, or packed when 512 MiB of addresses were not to be had.
    if (m.graphics.DMEM == rdram + CART_FULL_RSP) return rdram + 0x1fc007c0;
    return m.graphics.DMEM + RSP_MEMORY_SIZE + 0x400000 + 0x7c0;
}

/// The command that the console sends to a pad now: the core also asks us for buttons when it only wants to know who is there.
static int command_of(int pad) {
    const uint8_t* ram = pif_ram();
    for (int at = 0, channel = 0; at < 64 && channel <= pad;) {
        uint8_t sent = ram[at];
        if (sent == 0xfe) break;
        if (sent == 0xff || sent == 0xfd) {
            at++;
        } else if (sent == 0) {
            at++, channel++;
        } else {
            if (channel == pad) return at + 2 < 64 ? ram[at + 2] : -1;
            at += 2 + (sent & 0x3f) + (at + 1 < 64 ? ram[at + 1] & 0x3f : 0);
            channel++;
        }
    }
    return -1;
}

static void get_keys(int pad, BUTTONS* keys) {
    keys->Value = 0;
    if (m.discarding) {
        ask_for_load();
        return;
    }
    if (m.blind || !m.pads[pad].present || command_of(pad) != READ_BUTTONS) return;
    m.polled = pad;
    m.keys = 0;
    meet(EVENT_POLL);
    keys->Value = m.keys;
}

static void connect(CONTROL_INFO info) {
    for (int i = 0; i < PADS; i++)
        info.Controls[i] = (CONTROL){.Present = m.pads[i].present, .Plugin = m.pads[i].pak, .Type = CONT_TYPE_STANDARD};
}
static m64p_error version(m64p_plugin_type* type, int* version, int* api, const char** name, int* abilities) {
    if (type) *type = M64PLUGIN_INPUT;
    if (version) *version = 0x10000;
    if (api) *api = 0x20101;
    if (name) *name = "Instep pads";
    if (abilities) *abilities = 0;
    return M64ERR_SUCCESS;
}
static void nothing(void) {}
static int yes(void) { return 1; }

void* pads_symbol(const char* name) {
    if (strcmp(name, "PluginGetVersion") == 0) return version;
    if (strcmp(name, "InitiateControllers") == 0) return connect;
    if (strcmp(name, "GetKeys") == 0) return get_keys;
    if (strcmp(name, "RomOpen") == 0) return yes;
    return nothing;
}
