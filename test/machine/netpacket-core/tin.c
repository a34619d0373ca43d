/* Tin: a libretro core for the tests of netpackets. Each console has a hash over all that it got and when, and sends by its
   buttons: A to everybody, B to the next console, X both one after the other, Y an ask that is answered as soon as it
   arrives, L what means nothing, R more than a network takes, Start the largest packet there is. R2
   waits within the frame, as cores do whose consoles must answer at once.
   A packet: u32 the sender's frame, u16 its number in this frame, u8 kind, then filling that both sides can compute. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#ifndef LONELY /* a core without a network */
#define LONELY 0
#endif

typedef bool (*environment_t)(unsigned, void *);
typedef void (*video_t)(const void *, unsigned, unsigned, size_t);
typedef size_t (*batch_t)(const int16_t *, size_t);
typedef void (*poll_t)(void);
typedef int16_t (*state_t)(unsigned, unsigned, unsigned, unsigned);
typedef void (*send_t)(int, const void *, size_t, uint16_t);
struct netpacket {
	void (*start)(uint16_t, send_t, poll_t);
	void (*receive)(const void *, size_t, uint16_t);
	void (*stop)(void);
	void (*poll)(void);
	bool (*connected)(uint16_t);
	void (*disconnected)(uint16_t);
	const char *version;
};
struct info { const char *name, *version, *extensions; bool path, block; };
struct av { unsigned width, height, max_width, max_height; float aspect; double fps, rate; };
struct game { const char *path; const void *data; size_t size; const char *meta; };

enum { B, Y, SELECT, START, UP, DOWN, LEFT, RIGHT, A, X, L, R, L2, R2 };
enum { PLAIN = 1, ASK = 2, ANSWER = 3 };
enum { UNRELIABLE = 0, RELIABLE = 1, UNSEQUENCED = 2, FLUSH = 4, EVERYBODY = 0xffff, LOG = 64, WIDTH = 32, HEIGHT = 24 };

/* All that a state holds, and what is shown as RAM. test/machine/netpacket.test.ts reads it. */
static struct ram {
	uint32_t frame, hash, got, bytes, bad, polls, game, spoilt, number, waited;
	struct { uint32_t frame, sent; uint16_t from, number; uint32_t size; } log[LOG];
} ram;
static uint8_t save_ram[16];
/* Of the session, so in no state. */
static struct { uint16_t id; send_t send; poll_t receive; unsigned others; bool started; } net;
static struct { environment_t environment; video_t video; batch_t batch; poll_t poll; state_t state; } host;
static uint8_t large[1 << 20];

static void send(int flags, uint8_t kind, size_t size, uint16_t to) {
	memset(large, 0, 8);
	memcpy(large, &ram.frame, 4);
	memcpy(large + 4, &ram.number, 2); /* its low half */
	ram.number++;
	large[6] = kind;
	for (size_t i = 8; i < size && i < sizeof large; i++) large[i] = (uint8_t)(ram.frame + i);
	if (net.send) net.send(flags, large, size, to);
}

static void start(uint16_t id, send_t send_fn, poll_t receive_fn) {
	net.id = id;
	net.send = send_fn;
	net.receive = receive_fn;
	net.others = 0;
	net.started = true;
}

static void receive(const void *data, size_t size, uint16_t from) {
	const uint8_t *packet = data;
	uint32_t sent;
	uint16_t nth;
	if (size < 8) { ram.bad++; return; }
	memcpy(&sent, packet, 4);
	memcpy(&nth, packet + 4, 2);
	for (size_t i = 8; i < size; i++) if (packet[i] != (uint8_t)(sent + i)) { ram.bad++; break; }
	unsigned at = ram.got++ % LOG;
	ram.log[at].frame = ram.frame;
	ram.log[at].sent = sent;
	ram.log[at].from = from;
	ram.log[at].number = nth;
	ram.log[at].size = (uint32_t)size;
	ram.bytes += (uint32_t)size;
	ram.hash = (ram.hash ^ sent ^ (uint32_t)size << 8 ^ (uint32_t)from << 20 ^ nth) * 16777619u;
	if (packet[6] == ASK) send(RELIABLE | FLUSH, ANSWER, 16, from);
}

static void stop(void) { net.send = NULL; net.receive = NULL; net.started = false; }
static void polled(void) { ram.polls++; }
static bool connected(uint16_t id) { (void)id; return ++net.others < 6; }
static void disconnected(uint16_t id) { (void)id; net.others--; }
static const struct netpacket interface = { start, receive, stop, polled, connected, disconnected, "tin 1" };

void retro_set_environment(environment_t environment) {
	static const struct { const char *key, *value; } options[] = { { "tin_size", "Bytes of a packet; 32|9|1000" }, { NULL, NULL } };
	host.environment = environment;
	environment(16, (void *)options);
}
void retro_set_video_refresh(video_t video) { host.video = video; }
void retro_set_audio_sample(void *sample) { (void)sample; }
void retro_set_audio_sample_batch(batch_t batch) { host.batch = batch; }
void retro_set_input_poll(poll_t poll) { host.poll = poll; }
void retro_set_input_state(state_t state) { host.state = state; }
void retro_init(void) {
	if (!LONELY) host.environment(78, (void *)&interface);
	unsigned format = 1;
	host.environment(10, &format);
}
void retro_deinit(void) {}
unsigned retro_api_version(void) { return 1; }
void retro_get_system_info(struct info *info) { *info = (struct info){ "tin", "1", "tin", false, false }; }
void retro_get_system_av_info(struct av *av) { *av = (struct av){ WIDTH, HEIGHT, WIDTH, HEIGHT, 0, 60, 48000 }; }
void retro_set_controller_port_device(unsigned port, unsigned device) { (void)port, (void)device; }
void retro_reset(void) {
	uint32_t game = ram.game;
	memset(&ram, 0, sizeof ram);
	ram.game = game;
	ram.hash = 2166136261u;
}
bool retro_load_game(const struct game *game) {
	ram.game = 0;
	for (size_t i = 0; i < game->size; i++) ram.game = ram.game * 31 + ((const uint8_t *)game->data)[i];
	retro_reset();
	return game->size > 0;
}
void retro_unload_game(void) {}
void *retro_get_memory_data(unsigned id) { return id == 2 ? (void *)&ram : id == 0 ? save_ram : NULL; }
size_t retro_get_memory_size(unsigned id) { return id == 2 ? sizeof ram : id == 0 ? sizeof save_ram : 0; }
size_t retro_serialize_size(void) { return sizeof ram + sizeof save_ram; }
bool retro_serialize(void *data, size_t size) {
	if (size < retro_serialize_size()) return false;
	memcpy(data, &ram, sizeof ram);
	memcpy((uint8_t *)data + sizeof ram, save_ram, sizeof save_ram);
	return true;
}
bool retro_unserialize(const void *data, size_t size) {
	if (size < retro_serialize_size()) return false;
	memcpy(&ram, data, sizeof ram);
	memcpy(save_ram, (const uint8_t *)data + sizeof ram, sizeof save_ram);
	return true;
}

static size_t packet_size(void) {
	struct { const char *key, *value; } variable = { "tin_size", NULL };
	size_t size = 0;
	if (host.environment(15, &variable) && variable.value)
		for (const char *digit = variable.value; *digit; digit++) size = size * 10 + (size_t)(*digit - '0');
	return size ? size : 32;
}

static void wait(void) {
	clock_t end = clock() + 25 * (CLOCKS_PER_SEC / 1000);
	for (uint32_t got = ram.got; clock() < end && ram.got == got; ram.waited++) {
		if (net.send) net.send(FLUSH, NULL, 0, EVERYBODY);
		if (net.receive) net.receive();
	}
}

static void forbidden(void) {
	if (!net.send) return;
	net.send(RELIABLE, NULL, 100, EVERYBODY);
	net.send(RELIABLE | FLUSH, large, 0, EVERYBODY);
	net.send(FLUSH, NULL, 0, 0);
	send(RELIABLE, PLAIN, 12, 200);    /* nobody has that number */
	send(RELIABLE, PLAIN, 12, net.id); /* itself */
}

void retro_run(void) {
	static uint32_t picture[WIDTH * HEIGHT];
	static int16_t sound[2 * 800];
	unsigned held = 0;
	size_t size = packet_size();
	uint32_t got = ram.got;
	host.poll();
	for (unsigned id = 0; id < 16; id++) if (host.state(0, 1, 0, id)) held |= 1u << id;
	ram.frame++;
	ram.hash = (ram.hash ^ held) * 16777619u;
	ram.number = 0;
	if (net.receive) net.receive();
	if (ram.got != got) ram.spoilt++; /* something came in mid-frame */
	if (held & 1u << A) send(UNRELIABLE | UNSEQUENCED, PLAIN, size, EVERYBODY);
	if (held & 1u << B) send(RELIABLE, PLAIN, size, (uint16_t)(net.id ^ 1));
	if (held & 1u << X) { send(RELIABLE, PLAIN, size, EVERYBODY); send(UNRELIABLE, PLAIN, size + 1, (uint16_t)(net.id ^ 1)); }
	if (held & 1u << Y) send(RELIABLE, ASK, size, EVERYBODY);
	if (held & 1u << START) send(RELIABLE, PLAIN, 65536, EVERYBODY);
	if (held & 1u << L) forbidden();
	if (held & 1u << R2) wait();
	if (held & 1u << R && held & 1u << UP) for (int i = 0; i < 300; i++) send(RELIABLE, PLAIN, 65536, EVERYBODY);
	else if (held & 1u << R) send(RELIABLE, PLAIN, held & 1u << SELECT ? SIZE_MAX : 65537, EVERYBODY);
	save_ram[0] = (uint8_t)ram.got;
	for (int i = 0; i < WIDTH * HEIGHT; i++) picture[i] = ram.hash + (uint32_t)i * net.id;
	for (int i = 0; i < 2 * 800; i++) sound[i] = (int16_t)(ram.hash >> (i & 15));
	host.video(picture, WIDTH, HEIGHT, WIDTH * 4);
	host.batch(sound, 800);
}
