/* The title, the start of a wave, and the end. */
#include "game.h"

static const char* const rule_names[4] = { "CLASSIC", "GARBAGE", "CLOCK  ", "HISTORY" };

static void menu_lines(void)
{
    queue_text(9, 16, menu == 0 ? ">" : " ");
    queue_text(9, 18, menu == 1 ? ">" : " ");
    queue_text(11, 16, players == 2 ? "2 PLAYERS" : "1 PLAYER ");
    queue_text(17, 18, rule_names[rule]);
}

static void logo(void)
{
    static u8 row, letter, at;
    for (row = 0; row < 4; ++row) {
        for (letter = 0; letter < 5; ++letter) {
            /* 12 tiles a letter, three a row */
            at = 0x60 + 21 * 4 + letter * 12 + row * 3;
            *(volatile u8*)0x2006 = 0x20 + ((6 + row) >> 3);
            *(volatile u8*)0x2006 = ((6 + row) << 5) + 8 + letter * 3;
            for (i = 0; i < 3; ++i) *(volatile u8*)0x2007 = at++;
        }
    }
    /* gold letters */
    for (i = 9; i < 15; ++i) {
        attr[i] = attr[i + 8] = 0xFF;
    }
}

static void show_attr(void)
{
    *(volatile u8*)0x2006 = 0x23;
    *(volatile u8*)0x2006 = 0xC0;
    for (i = 0; i < 64; ++i) *(volatile u8*)0x2007 = attr[i];
}

static void __fastcall__ wall_row(u8 y)
{
    for (k = 0; k < 2; ++k) {
        *(volatile u8*)0x2006 = 0x20 + ((y + k) >> 3);
        *(volatile u8*)0x2006 = (u8)((y + k) << 5);
        for (i = 0; i < 16; ++i) {
            j = 0x40 + (ROCK << 2) + (k << 1);
            *(volatile u8*)0x2007 = j;
            *(volatile u8*)0x2007 = j + 1;
        }
    }
    for (i = 0; i < 8; ++i) attr[((y >> 2) << 3) + i] |= y & 2 ? 0x50 : 0x05;
}

void title_screen(void)
{
    screen_off();
    state = TITLE;
    if (!players) players = 2;
    menu = 0;
    clear_screen(0);
    colours(0);
    wall_row(2);
    wall_row(26);
    logo();
    text(6, 12, "TWO ROBOTS, ONE MINE");
    text(11, 18, "RULES");
    text(11, 21, "PUSH START");
    text(8, 23, "A ZAP     B DASH");
    show_attr();
    menu_lines();
    song(SONG_TITLE);
    screen_on();
}

static void __fastcall__ parade(u8 y)
{
    static u8 x;
    x = (u8)polls;
    py = y;
    px = x;
    ptile = (polls & 8 ? SIDE2 : SIDE1) << 2 | 1;
    pattr = 0;
    spr16();
    px = x - 28;
    pattr = 1;
    spr16();
    px = x - 76;
    ptile = (polls & 8 ? SLIME2 : SLIME1) << 2 | 1;
    pattr = 3;
    spr16();
    px = x - 104;
    py = y - 10 + ((polls >> 3) & 3);
    ptile = (polls & 8 ? BAT2 : BAT1) << 2 | 1;
    pattr = 2;
    spr16();
}

void title_tick(void)
{
    i = hit[0] | hit[1];
    parade(192);
    if (i & (PAD_UP | PAD_DOWN | PAD_SELECT)) menu ^= 1;
    else if (i & (PAD_LEFT | PAD_RIGHT)) {
        if (!menu) players ^= 3;
        else rule = (rule + (i & PAD_LEFT ? 3 : 1)) & 3;
    } else if (i & PAD_START) {
        rng = 0xACE1 ^ polls;
        if (!rng) rng = 1;
        draws = 0;
        if (rule != GARBAGE) flock_count = flock_side = flock_lane = 0;
        for (j = 0; j < 2; ++j) {
            p_score[j] = 0;
            p_gems[j] = p_kills[j] = 0;
            p_lives[j] = j < players ? 3 : 0;
        }
        for (k = 0; k < 8; ++k) p_digits[k] = 0;
        outcome = 0;
        wave = 1;
        effect(FX_START);
        song(SONG_PLAY);
        wave_begin();
        return;
    } else return;
    effect(FX_BLIP);
    menu_lines();
}

void wave_begin(void)
{
    screen_off();
    state = INTRO;
    time = INTRO_POLLS;
    paused = freeze = dust = gems = foes = flocked = 0;
    for (k = 0; k < FOES; ++k) e_kind[k] = NOBODY;
    for (k = 0; k < SPARKS_MAX; ++k) s_life[k] = 0;
    for (k = 0; k < BOLTS_MAX; ++k) b_dir[k] = 0;
    gem_timer = 20;
    spawn_timer = 30;
    power_timer = 150;
    clear_screen(0);
    colours((u8)(wave - 1) & 3);
    draw_board();
    text(12, 16, "        ");
    text(12, 17, "        ");
    text(13, 16, "WAVE");
    *(volatile u8*)0x2007 = 0;
    *(volatile u8*)0x2007 = 0x10 + wave;
    for (k = 0; k < players; ++k) if (p_lives[k]) robots_home(k);
    hud_all();
    screen_on();
}

static void tally(u8 y, u8 p)
{
    static u8 m;
    text(8, y, p ? "P2" : "P1");
    text(12, y, "GEMS");
    text(12, y + 1, "ZAPS");
    *(volatile u8*)0x2006 = 0x20 + (y >> 3);
    *(volatile u8*)0x2006 = (u8)(y << 5) + 21;
    for (m = 0; m < 4; ++m) *(volatile u8*)0x2007 = 0x10 + p_digits[(p << 2) + m];
    *(volatile u8*)0x2007 = 0x10;
    for (m = 0; m < 2; ++m) {
        k = m ? p_kills[p] : p_gems[p];
        *(volatile u8*)0x2006 = 0x20 + ((u8)(y + m) >> 3);
        *(volatile u8*)0x2006 = (u8)((y + m) << 5) + 17;
        *(volatile u8*)0x2007 = 0x10 + k / 100;
        *(volatile u8*)0x2007 = 0x10 + k / 10 % 10;
        *(volatile u8*)0x2007 = 0x10 + k % 10;
    }
}

void end_screen(void)
{
    screen_off();
    state = END;
    dust = 0;
    time = 0;
    clear_screen(0);
    colours(outcome == 1 ? 0 : 3);
    wall_row(2);
    wall_row(26);
    if (outcome == 1) large(9, 7, "YOU WIN");
    else large(7, 7, "GAME OVER");
    for (i = 0; i < 8; ++i) attr[8 + i] |= outcome == 1 ? 0xF0 : 0xA0;
    for (i = 0; i < 8; ++i) attr[16 + i] |= outcome == 1 ? 0x0F : 0x0A;
    tally(14, 0);
    if (players == 2) {
        tally(17, 1);
        if (p_score[0] == p_score[1]) text(9, 11, "AN EQUAL SHARE");
        else text(8, 11, p_score[0] > p_score[1] ? "P1 HAS THE MOST" : "P2 HAS THE MOST");
    }
    if (outcome == 2) {
        text(9, 24, "LOST IN WAVE");
        *(volatile u8*)0x2007 = 0;
        *(volatile u8*)0x2007 = 0x10 + wave;
    } else text(8, 24, "THE MINE IS YOURS");
    show_attr();
    song(outcome == 1 ? SONG_WON : SONG_LOST);
    screen_on();
}

void end_tick(void)
{
    for (j = 0; j < players; ++j) {
        px = j ? 148 : 92;
        py = 168;
        pattr = j;
        if (!p_lives[j]) ptile = WRECK << 2 | 1;
        else {
            ptile = FRONT << 2 | 1;
            if (polls & 16) pattr |= 0x40;
            if ((polls + (j << 4)) & 16) py -= 6;
        }
        spr16();
    }
    if (outcome == 2) {
        px = 120;
        py = 166 + ((polls >> 4) & 3);
        ptile = (polls & 8 ? WRAITH2 : WRAITH1) << 2 | 1;
        pattr = 2;
        spr16();
    } else {
        for (k = 0; k < 8; ++k) {
            px = (u8)(k * 31 + 10);
            py = (u8)(40 + ((polls + k * 37) & 127));
            ptile = (k & 1 ? SPARKS << 2 | 1 : MOTE << 2 | 1);
            pattr = k & 3;
            spr8();
        }
    }
    if (time < 60) ++time;
    else if ((hit[0] | hit[1]) & PAD_START) title_screen();
}
