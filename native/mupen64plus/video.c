// The graphics plugin that the core sees: it hands everything on to the real one, if there is one.
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include "exports.h"
#include "machine.h"

#define DP_INTERRUPT 0x20
#define FULL_SYNC 0x29
/// The console's registers hold no more of an address; the core keeps all 32 bits, with which plugins read beyond memory.
#define ADDRESS 0xffffffu

static struct {
    int (*InitiateGFX)(GFX_INFO);
    int (*RomOpen)(void);
    void (*RomClosed)(void), (*ChangeWindow)(void), (*ProcessDList)(void), (*ProcessRDPList)(void), (*ShowCFB)(void);
    void (*UpdateScreen)(void), (*ViStatusChanged)(void), (*ViWidthChanged)(void);
    void (*MoveScreen)(int, int), (*ReadScreen2)(void*, int*, int*, int), (*SetRenderingCallback)(void (*)(int));
    void (*ResizeVideoOutput)(int, int), (*FBRead)(unsigned), (*FBWrite)(unsigned, unsigned);
    void (*FBGetFrameBufferInfo)(void*);
    m64p_error (*PluginGetVersion)(m64p_plugin_type*, int*, int*, const char**, int*);
} real;
static int there;

/// 0, or a FAULT when this is no graphics plugin.
int connect_video(void* plugin) {
#define FIND(name) if (!(*(void**)&real.name = dlsym(plugin, #name))) return FAULT_PLUGIN
    FIND(InitiateGFX); FIND(RomOpen); FIND(RomClosed); FIND(ChangeWindow); FIND(ProcessDList); FIND(ProcessRDPList);
    FIND(ShowCFB); FIND(UpdateScreen); FIND(ViStatusChanged); FIND(ViWidthChanged); FIND(MoveScreen); FIND(ReadScreen2);
    FIND(SetRenderingCallback); FIND(FBRead); FIND(FBWrite); FIND(FBGetFrameBufferInfo); FIND(PluginGetVersion);
#undef FIND
    m64p_plugin_type type = 0;
    real.PluginGetVersion(&type, NULL, NULL, NULL, NULL);
    there = type == M64PLUGIN_GFX;
    return there ? 0 : FAULT_PLUGIN;
}

/// Whether the plugin may be called: not for frames that are thrown away, whose traces would stay in it.
static int draws(void) {
    if (m.discarding) ask_for_load();
    return there && !m.blind && !m.discarding;
}

static m64p_error version(m64p_plugin_type* type, int* version, int* api, const char** name, int* abilities) {
    if (type) *type = M64PLUGIN_GFX;
    if (version) *version = 0x10000;
    if (api) *api = 0x20200;
    if (name) *name = "Instep video";
    if (abilities) *abilities = 0;
    return M64ERR_SUCCESS;
}
static int initiate(GFX_INFO info) {
    m.graphics = info;
    return there ? real.InitiateGFX(info) : 1;
}
static int rom_open(void) { return there ? real.RomOpen() : 1; }
static void rom_closed(void) { if (there) real.RomClosed(); }
static void display_list(void) {
    m.processor_drew = 1;
    if (draws()) real.ProcessDList();
    else *m.graphics.MI_INTR_REG |= DP_INTERRUPT;
}
/// Whether a list of commands ends a picture, which raises an interrupt: scanned word by word, as commands are of even length.
static int has_full_sync(void) {
    uint32_t from = *m.graphics.DPC_CURRENT_REG & (MEMORY_SIZE - 8), to = *m.graphics.DPC_END_REG & (MEMORY_SIZE - 8);
    const uint32_t* memory = (const uint32_t*)(*m.graphics.DPC_STATUS_REG & 1 ? m.graphics.DMEM : m.graphics.RDRAM);
    uint32_t mask = *m.graphics.DPC_STATUS_REG & 1 ? 0xfff : MEMORY_SIZE - 1;
    for (; from < to; from += 8)
        if ((memory[(from & mask) / 4] >> 24 & 0x3f) == FULL_SYNC) return 1;
    return 0;
}
static void command_list(void) {
    *m.graphics.DPC_START_REG &= ADDRESS;
    *m.graphics.DPC_CURRENT_REG &= ADDRESS;
    *m.graphics.DPC_END_REG &= ADDRESS;
    m.processor_drew = 1;
    if (draws()) {
        real.ProcessRDPList();
        return;
    }
    if (has_full_sync()) *m.graphics.MI_INTR_REG |= DP_INTERRUPT;
    *m.graphics.DPC_START_REG = *m.graphics.DPC_CURRENT_REG = *m.graphics.DPC_END_REG;
}
static void update(void) {
    if (m.discarding) return;
    *m.graphics.VI_ORIGIN_REG &= ADDRESS;
    if (draws()) real.UpdateScreen();
    if (there && !m.blind && m.show_video && !m.processor_drew) draw_memory();
}
static void show_cfb(void) { if (draws()) real.ShowCFB(); }
static void status_changed(void) { if (there) real.ViStatusChanged(); }
static void width_changed(void) { if (there) real.ViWidthChanged(); }
static void change_window(void) { if (there) real.ChangeWindow(); }
static void move(int x, int y) { if (there) real.MoveScreen(x, y); }
static void read_screen(void* into, int* width, int* height, int front) {
    (void)into, (void)front;
    *width = m.width;
    *height = m.height;
}
static void rendering(void (*callback)(int)) { if (there) real.SetRenderingCallback(callback); }
static void resize(int width, int height) { (void)width, (void)height; }
static void fb_read(unsigned address) { if (draws()) real.FBRead(address); }
static void fb_write(unsigned address, unsigned size) { if (draws()) real.FBWrite(address, size); }
static void fb_info(void* into) {
    memset(into, 0, 6 * sizeof(FrameBufferInfo));
    if (there && !m.blind && !m.discarding) real.FBGetFrameBufferInfo(into);
}

void* video_symbol(const char* name) {
    static const struct { const char* name; void* function; } ALL[] = {
        {"PluginGetVersion", version}, {"InitiateGFX", initiate}, {"RomOpen", rom_open}, {"RomClosed", rom_closed},
        {"ProcessDList", display_list}, {"ProcessRDPList", command_list}, {"UpdateScreen", update},
        {"ShowCFB", show_cfb}, {"ViStatusChanged", status_changed}, {"ViWidthChanged", width_changed},
        {"ChangeWindow", change_window}, {"MoveScreen", move}, {"ReadScreen2", read_screen},
        {"SetRenderingCallback", rendering}, {"ResizeVideoOutput", resize}, {"FBRead", fb_read},
        {"FBWrite", fb_write}, {"FBGetFrameBufferInfo", fb_info},
    };
    for (size_t i = 0; i < sizeof ALL / sizeof *ALL; i++)
        if (strcmp(ALL[i].name, name) == 0) return ALL[i].function;
    return NULL;
}
