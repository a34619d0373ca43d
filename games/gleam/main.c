/* Gleam: two little robots, one dark mine. The loop: one poll, one tick of the game, wait for the blank. */
#include "game.h"

static void place_things(void)
{
    /* A try that finds no free cell is repeated at the next poll. */
    if (--gem_timer == 0) {
        gem_timer = 1;
        if (gems >= 10) gem_timer = 30;
        else if (vq_len < 40 && free_cell()) {
            gem_timer = 30;
            grid[cell] = (rnd() & 7) ? GEM : RUBY;
            ++gems;
            put_cell();
        }
    }
    if (polls & 1) return;
    if (--power_timer == 0) {
        power_timer = 1;
        if (vq_len < 40 && free_cell()) {
            power_timer = 220;
            i = rnd() & 7;
            grid[cell] = i < 3 ? HEART : i < 6 ? SHIELD : HOURGLASS;
            put_cell();
        }
    }
}

/* Each gem on the board glints now and then. The walk over the whole board is what makes busy frames late. */
static void glints(void)
{
    static u8 turn;
    turn = polls >> 1;
    pattr = 0;
    ptile = MOTE << 2 | 1;
    for (cell = 17; cell < 191; ++cell) {
        if (grid[cell] < GEM) continue;
        k = (turn + (cell << 3)) & 63;
        if (k > 7) continue;
        px = (u8)(cell << 4) + (cell & 1 ? 2 : 6);
        py = 28 + (cell & 0xF0) + (k >> 1);
        spr8();
    }
}

static void draw_all(void)
{
    robots_draw();
    foes_draw();
    sparks_move();
    if (state == PLAY) glints();
}

static void play_tick(void)
{
    if ((hit[0] | hit[1]) & PAD_START) {
        paused ^= 1;
        effect(FX_BLIP);
        queue_text(13, 3, paused ? "PAUSED" : "      ");
    }
    if (!paused) {
        robots_move();
        bolts_move();
        foes_spawn();
        foes_move();
        place_things();
        if (freeze) --freeze;
        --time;
        hud_time();
    }
    draw_all();
    if (paused) return;
    if (!p_lives[0] && !p_lives[1]) {
        if (time > 90) time = 90;   /* a moment to see how it ended */
    }
    if (time == 0) {
        if (!p_lives[0] && !p_lives[1]) outcome = 2;
        else if (wave == WAVES) outcome = 1;
        if (outcome) end_screen();
        else {
            ++wave;
            wave_begin();
        }
    }
}

static void intro_tick(void)
{
    robots_move();
    draw_all();
    if (--time == 0) {
        time = WAVE_POLLS;
        state = PLAY;
    } else if (time < 16 && time >= 10) {
        cell = 0x60 - 5 + time;     /* the cells under "WAVE n" */
        put_cell();
    }
}

void main(void)
{
    title_screen();
    for (;;) {
        read_pads();
        oam_start += 76;
        oam_at = oam_start;
        oam_clear();
        switch (state) {
        case TITLE: title_tick(); break;
        case INTRO: intro_tick(); break;
        case PLAY: play_tick(); break;
        default: end_tick();
        }
        nmi_flag = 0;
        draw_ready = 1;
        /* Clock rules: dust flies for as long as the frame has time, and each mote draws a number. */
        while (dust && !nmi_flag) dust_mote();
        while (!nmi_flag) {}
        if (dust) --dust;
    }
}
