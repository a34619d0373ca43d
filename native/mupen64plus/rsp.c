// The RSP plugin as the core sees it: it rests while frames are thrown away, whose traces would stay in it.
#include <dlfcn.h>
#include <string.h>
#include "machine.h"

#define HALT 1u
#define BROKE 2u
#define TASK_DONE 0x200u
static unsigned (*cycles)(unsigned);

static unsigned do_cycles(unsigned count) {
    if (!m.discarding) return cycles(count);
    ask_for_load();
    // While a task goes on, the core loads nothing.
    *m.graphics.SP_STATUS_REG |= HALT | BROKE | TASK_DONE;
    return count;
}

void* rsp_symbol(const char* name) {
    void* real = dlsym(m.rsp, name);
    if (strcmp(name, "DoRspCycles") != 0) return real;
    *(void**)&cycles = real;
    return real ? (void*)do_cycles : NULL;
}
