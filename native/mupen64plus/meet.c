// The two threads take turns: one runs the core, the other is the caller's.
#include <errno.h>
#include <pthread.h>
#include <time.h>
#include "exports.h"
#include "machine.h"

#define STACK (16 << 20)
struct machine m;
static pthread_t thread;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t callers_turn, cores_turn = PTHREAD_COND_INITIALIZER;
static int caller_runs = 1, started, hung, event, patience = 20000;

void m64_patience(int ms) { patience = ms; }

/// The core's thread: tells what came up, and waits until it is let go.
void meet(int what) {
    if (m.ending) return;
    pthread_mutex_lock(&lock);
    event = what;
    caller_runs = 1;
    pthread_cond_signal(&callers_turn);
    while (caller_runs) pthread_cond_wait(&cores_turn, &lock);
    pthread_mutex_unlock(&lock);
}

/// The caller's thread: lets the core run until something comes up.
int go(void) {
    if (hung) return EVENT_HANG;
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += patience / 1000;
    until.tv_nsec += patience % 1000 * 1000000L;
    if (until.tv_nsec >= 1000000000L) until.tv_sec++, until.tv_nsec -= 1000000000L;
    pthread_mutex_lock(&lock);
    if (event != EVENT_ENDED) {
        caller_runs = 0;
        pthread_cond_signal(&cores_turn);
        int late = 0;
        while (!caller_runs && late != ETIMEDOUT) late = pthread_cond_timedwait(&callers_turn, &lock, &until);
        hung = !caller_runs;
    }
    pthread_mutex_unlock(&lock);
    return hung ? EVENT_HANG : event;
}

static void* run(void* nothing) {
    (void)nothing;
    pthread_mutex_lock(&lock);
    while (caller_runs) pthread_cond_wait(&cores_turn, &lock);
    pthread_mutex_unlock(&lock);
    m.command(M64CMD_EXECUTE, 0, NULL);
    pthread_mutex_lock(&lock);
    event = EVENT_ENDED;
    caller_runs = 1;
    pthread_cond_signal(&callers_turn);
    pthread_mutex_unlock(&lock);
    return NULL;
}

int start_thread(void) {
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&callers_turn, &monotonic);
    pthread_attr_t large;
    pthread_attr_init(&large);
    pthread_attr_setstacksize(&large, STACK);
    started = pthread_create(&thread, &large, run, NULL) == 0;
    return started;
}

/// Ends the core's thread: 0, or 1 when it hangs.
int join_thread(void) {
    if (!started) return 0;
    if (!hung && event != EVENT_ENDED) {
        m.ending = 1;
        m.command(M64CMD_STOP, 0, NULL);
        go();
    }
    if (hung) return 1;
    pthread_join(thread, NULL);
    started = 0;
    return 0;
}
