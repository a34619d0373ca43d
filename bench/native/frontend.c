/* The least that a libretro frontend can do, to measure against: frontend CORE GAME runs the frames that each line of its
   input asks for and answers with the nanoseconds that they took. Same inputs as bench/step.mjs. */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint32_t frame;
static int16_t sound[1 << 16];
static const void *picture;

struct game { const char *path; const void *data; size_t size; const char *meta; };

static bool environment(unsigned command, void *data) {
  switch (command & 0xffff) {
    case 3: *(bool *)data = true; return true;
    case 9: case 31: *(const char **)data = "/tmp"; return true;
    case 10: return true;
    case 17: *(bool *)data = false; return true;
    default: return false;
  }
}
static void video(const void *data, unsigned width, unsigned height, size_t pitch) { if (data) picture = data; }
static void sample(int16_t left, int16_t right) { sound[0] = left; sound[1] = right; }
static size_t batch(const int16_t *data, size_t frames) { memcpy(sound, data, frames * 4); return frames; }
static void poll(void) {}
static int16_t state(unsigned port, unsigned device, unsigned index, unsigned id) {
  uint32_t buttons = ((frame >> 4) * 2654435761u >> 16) & 0xf0;
  if (device != 1 || port > 1) return 0;
  return id == 256 ? (int16_t)buttons : id < 16 ? (buttons >> id) & 1 : 0;
}

int main(int count, char **arguments) {
  if (count != 3) return 2;
  void *core = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
  FILE *file = fopen(arguments[2], "rb");
  if (!core || !file) { fprintf(stderr, "%s\n", core ? arguments[2] : dlerror()); return 1; }
  static char bytes[64 << 20];
  struct game game = { arguments[2], bytes, fread(bytes, 1, sizeof bytes, file), NULL };
#define CALL(type, name) ((type)dlsym(core, name))
  CALL(void (*)(void *), "retro_set_environment")(environment);
  CALL(void (*)(void *), "retro_set_video_refresh")(video);
  CALL(void (*)(void *), "retro_set_audio_sample")(sample);
  CALL(void (*)(void *), "retro_set_audio_sample_batch")(batch);
  CALL(void (*)(void *), "retro_set_input_poll")(poll);
  CALL(void (*)(void *), "retro_set_input_state")(state);
  CALL(void (*)(void), "retro_init")();
  if (!CALL(bool (*)(const struct game *), "retro_load_game")(&game)) return 1;
  CALL(void (*)(unsigned, unsigned), "retro_set_controller_port_device")(0, 1);
  CALL(void (*)(unsigned, unsigned), "retro_set_controller_port_device")(1, 1);
  void (*run)(void) = CALL(void (*)(void), "retro_run");
  for (long frames; scanf("%ld", &frames) == 1;) {
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (long i = 0; i < frames; i++, frame++) run();
    clock_gettime(CLOCK_MONOTONIC, &to);
    printf("%lld\n", (to.tv_sec - from.tv_sec) * 1000000000ll + to.tv_nsec - from.tv_nsec);
    fflush(stdout);
  }
  return 0;
}
