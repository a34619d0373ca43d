// The bare Mupen64Plus: core, plugins and game as Instep opens them, but nobody steps it, reads a picture or answers a poll.
// n64 CORE RSP VIDEO DATA ROM WIDTH HEIGHT SKIP FRAMES: prints the microseconds that the frames took.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include "../../native/mupen64plus/exports.h"
#include "../../native/mupen64plus/machine.h"

static void* run(void* nothing) {
    go();
    return nothing;
}
static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}
static void wait_for(uint64_t frame) {
    while (*(volatile uint64_t*)&m.interrupts < frame) usleep(100);
}

int main(int count, char** arg) {
    if (count != 10) return 2;
    static uint8_t rom[64 << 20];
    FILE* file = fopen(arg[5], "rb");
    if (!file) return 2;
    int size = (int)fread(rom, 1, sizeof rom, file);
    fclose(file);
    if (m64_open(arg[1], "/nonexistent", arg[4], rom, size, 0)) return 1;
    m64_set("Core", "RandomizeInterrupt", "0");
    m64_set("Core", "OnScreenDisplay", "0");
    if (m64_video(arg[3], atoi(arg[6]), atoi(arg[7]))) return 1;
    m64_set("Video-General", "ScreenWidth", arg[6]);
    m64_set("Video-General", "ScreenHeight", arg[7]);
    m64_pad(0, 1, 1);
    m64_patience(600000);
    if (m64_start(arg[2])) return 1;
    // Nobody is met any more.
    m.ending = 1;
    m.settled = 0;
    pthread_t thread;
    pthread_create(&thread, NULL, run, NULL);
    uint64_t skip = strtoull(arg[8], NULL, 10), frames = strtoull(arg[9], NULL, 10);
    wait_for(skip);
    double from = now();
    wait_for(skip + frames);
    printf("%.0f\n", now() - from);
    fflush(stdout);
    _exit(0);
}
