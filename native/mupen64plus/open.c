// Opening and closing: the core, its options and plugins, the game.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "exports.h"
#include "machine.h"

#define FRONTEND_API 0x020001
#define RUN_AHEAD 120
static struct {
    m64p_error (*CoreStartup)(int, const char*, const char*, void*, void (*)(void*, int, const char*), void*,
                              void (*)(void*, m64p_core_param, int));
    m64p_error (*CoreShutdown)(void);
    m64p_error (*CoreDoCommand)(m64p_command, int, void*);
    m64p_error (*CoreAttachPlugin)(m64p_plugin_type, void*);
    m64p_error (*CoreDetachPlugin)(m64p_plugin_type);
    m64p_error (*CoreOverrideVidExt)(void*);
    m64p_error (*ConfigOpenSection)(const char*, m64p_handle*);
    m64p_error (*ConfigListSections)(void*, void (*)(void*, const char*));
    m64p_error (*ConfigListParameters)(m64p_handle, void*, void (*)(void*, const char*, m64p_type));
    m64p_error (*ConfigSetParameter)(m64p_handle, const char*, m64p_type, const void*);
    m64p_error (*ConfigGetParameterType)(m64p_handle, const char*, m64p_type*);
    const char* (*ConfigGetParameterHelp)(m64p_handle, const char*);
    const char* (*ConfigGetParamString)(m64p_handle, const char*);
    int (*ConfigGetParamInt)(m64p_handle, const char*);
    float (*ConfigGetParamFloat)(m64p_handle, const char*);
    int (*ConfigGetParamBool)(m64p_handle, const char*);
} core;
static int begun;
static char text[1 << 16];

/// Errors and warnings; a plugin's name goes before what it says.
static void said(void* context, int level, const char* message) {
    if (level <= M64MSG_WARNING) snprintf(m.said, sizeof m.said, "%s: %s", (const char*)context, message);
}
const char* m64_said(void) { return m.said; }

static void* load(const char* path) {
    // deep: what the program itself brings along of zlib or C++ must not stand in for the library's own.
    void* handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
    if (!handle) snprintf(m.said, sizeof m.said, "%s", dlerror());
    return handle;
}

int m64_open(const char* path, const char* folder, const char* data, const uint8_t* rom, int size, int64_t clock) {
    m.clock = clock;
    m.core = load(path);
    if (!m.core) return FAULT_LOAD;
#define FIND(name) if (!(*(void**)&core.name = dlsym(m.core, #name))) return FAULT_SYMBOL
    FIND(CoreStartup); FIND(CoreShutdown); FIND(CoreDoCommand); FIND(CoreAttachPlugin); FIND(CoreDetachPlugin);
    FIND(CoreOverrideVidExt); FIND(ConfigOpenSection); FIND(ConfigListSections); FIND(ConfigListParameters);
    FIND(ConfigSetParameter); FIND(ConfigGetParameterType); FIND(ConfigGetParameterHelp); FIND(ConfigGetParamString);
    FIND(ConfigGetParamInt); FIND(ConfigGetParamFloat); FIND(ConfigGetParamBool);
#undef FIND
    m.command = core.CoreDoCommand;
    int fault = hook_core(m.core);
    if (fault) return fault;
    fault = core.CoreStartup(FRONTEND_API, folder, data, "Mupen64Plus", said, NULL, state_changed);
    if (fault) return fault;
    begun = 1;
    core.CoreOverrideVidExt(video_extension());
    return core.CoreDoCommand(M64CMD_ROM_OPEN, size, (void*)rom);
}

int m64_video(const char* plugin, int width, int height) {
    m.width = width;
    m.height = height;
    m.pixels = calloc((size_t)width * height, 4);
    if (!m.pixels) return M64ERR_NO_MEMORY;
    if (!*plugin) return 0;
    m.video = load(plugin);
    if (!m.video) return FAULT_LOAD;
    int fault = connect_video(m.video);
    if (fault) return fault;
    hook_plugin(m.video);
    fault = make_room(m.video);
    if (fault) return fault;
    m64p_error (*start)(void*, void*, void*) = dlsym(m.video, "PluginStartup");
    return start ? (int)start(m.core, "graphics plugin", said) : FAULT_PLUGIN;
}

static m64p_handle section_of(const char* name) {
    m64p_handle section = NULL;
    core.ConfigOpenSection(name, &section);
    return section;
}

int m64_set(const char* name, const char* key, const char* value) {
    m64p_handle section = section_of(name);
    m64p_type type;
    if (core.ConfigGetParameterType(section, key, &type) != M64ERR_SUCCESS) return 1;
    char* end = "";
    union { int i; float f; } number = {0};
    if (type == M64TYPE_STRING) return core.ConfigSetParameter(section, key, type, value) ? 2 : 0;
    if (type == M64TYPE_FLOAT) number.f = strtof(value, &end);
    else number.i = (int)strtol(value, &end, 0);
    if (*end || !*value || (type == M64TYPE_BOOL && number.i != 0 && number.i != 1)) return 2;
    return core.ConfigSetParameter(section, key, type, &number) ? 2 : 0;
}

const char* m64_get(const char* name, const char* key) {
    m64p_handle section = section_of(name);
    m64p_type type;
    if (core.ConfigGetParameterType(section, key, &type) != M64ERR_SUCCESS) return NULL;
    if (type == M64TYPE_STRING) return core.ConfigGetParamString(section, key);
    if (type == M64TYPE_FLOAT) snprintf(text, sizeof text, "%g", core.ConfigGetParamFloat(section, key));
    else snprintf(text, sizeof text, "%d", type == M64TYPE_BOOL ? core.ConfigGetParamBool(section, key) : core.ConfigGetParamInt(section, key));
    return text;
}

static void append(const char* a, const char* b, const char* c, const char* d) {
    size_t used = strlen(text);
    snprintf(text + used, sizeof text - used, "%s%s%s%s", a, b, c, d);
}
static void list_option(void* section, const char* name, m64p_type type) {
    (void)type;
    const char* help = core.ConfigGetParameterHelp(section, name);
    append(name, "\t", help ? help : "", "\n");
}
static void list_section(void* nothing, const char* name) {
    (void)nothing;
    append(name, "\n", "", "");
}
const char* m64_options(const char* name) {
    text[0] = 0;
    m64p_handle section = section_of(name);
    core.ConfigListParameters(section, section, list_option);
    return text;
}
const char* m64_sections(void) {
    text[0] = 0;
    core.ConfigListSections(NULL, list_section);
    return text;
}

void m64_keep(int which, const uint8_t* bytes) { m.kept[which].given = bytes; }

static int fault_of(int event, int wanted) {
    return event == wanted ? 0 : event == EVENT_ENDED ? FAULT_ENDED : FAULT_HANG;
}

/// Runs ahead, unseen, until the game has set its sound's rate, and back to frame 0.
static int look_ahead(void) {
    size_t size = m64_state_size();
    uint8_t* power_on = malloc(size);
    if (!power_on) return M64ERR_NO_MEMORY;
    int fault = m64_save(power_on, size) ? 0 : FAULT_HANG;
    m.blind = 1;
    for (int i = 0; !fault && i < RUN_AHEAD && !find_sound_rate(); i++) fault = fault_of(go(), EVENT_FRAME);
    if (!fault) fault = m64_load(power_on, size);
    m.blind = 0;
    free(power_on);
    return fault;
}

int m64_start(const char* rsp) {
    m.rsp = load(rsp);
    if (!m.rsp) return FAULT_LOAD;
    m64p_error (*start)(void*, void*, void*) = dlsym(m.rsp, "PluginStartup");
    int fault = start ? (int)start(m.core, "RSP plugin", said) : FAULT_PLUGIN;
    // The core finds its plugins by names in a library; see hooked_dlsym.
    if (!fault) fault = core.CoreAttachPlugin(M64PLUGIN_GFX, &m.graphics);
    if (!fault) fault = core.CoreAttachPlugin(M64PLUGIN_AUDIO, &m.sound);
    if (!fault) fault = core.CoreAttachPlugin(M64PLUGIN_INPUT, &m.pads);
    if (!fault) fault = core.CoreAttachPlugin(M64PLUGIN_RSP, &m.rsp);
    if (fault) return fault;
    int off = 0;
    core.CoreDoCommand(M64CMD_CORE_STATE_SET, M64CORE_SPEED_LIMITER, &off);
    if (!start_thread()) return M64ERR_SYSTEM_FAIL;
    fault = fault_of(go(), EVENT_SETTLED);
    if (fault) return fault;
    return knows_core() ? look_ahead() : FAULT_UNKNOWN;
}

uint64_t m64_memory(int which, uint32_t* size) {
    if (which == 0) *size = m.graphics.RDRAM_SIZE ? *m.graphics.RDRAM_SIZE : MEMORY_SIZE;
    else if (which == 1) *size = RSP_MEMORY_SIZE;
    else *size = (uint32_t)m.kept[which - 2].size;
    return (uint64_t)(uintptr_t)(which == 0 ? m.graphics.RDRAM : which == 1 ? m.graphics.DMEM : m.kept[which - 2].at);
}
uint64_t m64_pixels(void) { return (uint64_t)(uintptr_t)m.pixels; }

static void unload(void* plugin) {
    if (!plugin) return;
    m64p_error (*stop)(void) = dlsym(plugin, "PluginShutdown");
    if (stop) stop();
    dlclose(plugin);
}

int m64_close(void) {
    if (join_thread()) return 1;
    if (begun) {
        for (m64p_plugin_type type = M64PLUGIN_RSP; type <= M64PLUGIN_INPUT; type++) core.CoreDetachPlugin(type);
        unload(m.video);
        unload(m.rsp);
        core.CoreDoCommand(M64CMD_ROM_CLOSE, 0, NULL);
        core.CoreShutdown();
    }
    if (m.core) dlclose(m.core);
    free(m.pixels);
    for (size_t i = 0; i < sizeof m.rooms / sizeof *m.rooms; i++) free(m.rooms[i]);
    free_state();
    return 0;
}
