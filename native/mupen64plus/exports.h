// What the program calls. Returns 0 for done unless said otherwise; else an m64p_error or a FAULT.
#pragma once
#include <stddef.h>
#include <stdint.h>

#define API __attribute__((visibility("default")))

/// Loads a copy of the core and the game. `clock`: seconds since 1970 at power-on.
API int m64_open(const char* core, const char* folder, const char* data, const uint8_t* rom, int size, int64_t clock);
/// Loads a graphics plugin; "" for none. Its options can then be set.
API int m64_video(const char* plugin, int width, int height);
/// An option by section and name, given as text. 1: no such option; 2: not of its type.
API int m64_set(const char* section, const char* name, const char* value);
/// The value of an option as text, or NULL.
API const char* m64_get(const char* section, const char* name);
/// Lines "name<TAB>help" of a section's options.
API const char* m64_options(const char* section);
/// Names of the sections there are, a line each.
API const char* m64_sections(void);
/// `pak`: 1 none, 2 mempak, 3 rumble (PLUGIN_* of m64p_plugin.h).
API void m64_pad(int pad, int present, int pak);
/// What a memory holds at power-on; the bytes stay the caller's and must live until m64_start returns.
API void m64_keep(int which, const uint8_t* bytes);
/// Switches on: the console stands at frame 0.
API int m64_start(const char* rsp);
/// Runs to the end of the frame or to a poll, whichever comes first. Gives an EVENT.
API int m64_step(int video, int audio);
/// Answers a poll and runs on. Gives an EVENT.
API int m64_answer(uint32_t keys);
/// The pad that is asked at EVENT_POLL.
API int m64_polled(void);
/// Presses the reset button with the next step.
API void m64_reset(void);
API size_t m64_state_size(void);
/// Bytes written, or 0 when the console cannot be saved now or hangs.
API size_t m64_save(uint8_t* into, size_t size);
API int m64_load(const uint8_t* state, size_t size);
/// RDRAM 0, RSP memory 1, then the kept memories. NULL when there is none.
API uint64_t m64_memory(int which, uint32_t* size);
API uint64_t m64_pixels(void);
API int m64_drawn(void);
API uint64_t m64_samples(void);
API int m64_sample_count(void);
/// Sample frames a second as a fraction.
API void m64_sample_rate(uint32_t* numerator, uint32_t* denominator);
API int m64_refresh_rate(void);
/// The core's or a plugin's last complaint.
API const char* m64_said(void);
/// Longest silence of the core in ms before it counts as hung.
API void m64_patience(int ms);
/// 0, or 1 when the core's thread hangs and had to be left behind.
API int m64_close(void);
