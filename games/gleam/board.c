/* The board and everything that is drawn with background tiles. */
#include "game.h"

#define PPUMASK (*(volatile u8*)0x2001)
#define PPUSTATUS (*(volatile u8*)0x2002)
#define PPUADDR (*(volatile u8*)0x2006)
#define PPUDATA (*(volatile u8*)0x2007)

/* Three mines: rock (R) on a board of 16 by 13 cells with walls around. Each picture is a quarter, mirrored both ways. */
static const u8 quarters[3][6] = {
    { 0x00, 0x00, 0x0C, 0x08, 0x02, 0x00 },
    { 0x00, 0x22, 0x00, 0x08, 0x02, 0x20 },
    { 0x00, 0x31, 0x20, 0x00, 0x04, 0x04 },
};
static const u8 paint[8] = { 0, 1, 1, 2, 3, 3, 3, 3 };
static const u8 level_colours[4][3] = { { 0x07, 0x17, 0x27 }, { 0x0B, 0x1B, 0x2B }, { 0x03, 0x13, 0x23 }, { 0x01, 0x11, 0x21 } };
static const u8 base_colours[32] = {
    0x0F, 0x07, 0x10, 0x30, 0x0F, 0x07, 0x17, 0x27, 0x0F, 0x01, 0x21, 0x30, 0x0F, 0x06, 0x26, 0x37,
    0x0F, 0x02, 0x21, 0x30, 0x0F, 0x06, 0x27, 0x30, 0x0F, 0x04, 0x24, 0x30, 0x0F, 0x08, 0x2A, 0x30,
};

static void wait(void)
{
    nmi_flag = 0;
    while (!nmi_flag) {}
}

void screen_off(void)
{
    wait();
    PPUMASK = 0;
    mask = 0;
    vq_len = 0;
    oam_clear();
}

void screen_on(void)
{
    mask = 0x1E;
    oam_at = oam_start;
    nmi_flag = 0;
    draw_ready = 1;
    while (!nmi_flag) {}
}

static void address(u16 a)
{
    word = a;
    PPUSTATUS;
    PPUADDR = word >> 8;
    PPUADDR = (u8)word;
}

void clear_screen(u8 tile)
{
    address(0x2000);
    j = 4;
    do {
        i = 240;
        do PPUDATA = tile; while (--i);
    } while (--j);
    for (i = 0; i < 64; ++i) {
        attr[i] = 0;
        PPUDATA = 0;
    }
}

void __fastcall__ colours(u8 level)
{
    address(0x3F00);
    for (i = 0; i < 32; ++i) PPUDATA = base_colours[i];
    address(0x3F05);
    for (i = 0; i < 3; ++i) PPUDATA = level_colours[level][i];
    address(0x3F01);
    PPUDATA = level_colours[level][0];
}

void draw_board(void)
{
    static const u8* quarter;
    static u8 bits, row, what, tile;
    quarter = quarters[(u8)(wave - 1) % 3];
    for (cell = 0; cell < 208; ++cell) {
        row = cell >> 4;
        i = cell & 15;
        if (i > 7) i = 15 - i;
        j = row > 6 ? 12 - row : row;
        if (i == 0 || j == 0) what = WALL;
        else {
            bits = quarter[j - 1];
            what = (bits >> (7 - i)) & 1 ? ROCK : FLOOR;
        }
        grid[cell] = what;
    }
    address(0x2080);
    for (row = 0; row < 26; ++row) {
        k = (row >> 1) << 4;
        for (i = 0; i < 16; ++i) {
            tile = 0x40 + (grid[k] << 2);
            if (row & 1) tile += 2;
            PPUDATA = tile;
            PPUDATA = tile + 1;
            ++k;
        }
    }
    for (cell = 0; cell < 208; ++cell) {
        k = paint[grid[cell]];
        j = ((cell >> 5) + 1) * 8 + ((cell & 15) >> 1);
        if (cell & 1) k <<= 2;
        if (cell & 16) k <<= 4;
        attr[j] |= k;
    }
    address(0x23C0);
    for (i = 0; i < 64; ++i) PPUDATA = attr[i];
}

void put_cell(void)
{
    static u8 keep, tile, at, to, ink;
    at = vq_len;
    word = 0x2080 + ((u16)(cell & 0xF0) << 2) + ((cell & 15) << 1);
    tile = 0x40 + (grid[cell] << 2);
    vq[at] = word >> 8;
    vq[at + 1] = (u8)word;
    vq[at + 2] = 2;
    vq[at + 3] = tile;
    vq[at + 4] = tile + 1;
    word += 32;
    vq[at + 5] = word >> 8;
    vq[at + 6] = (u8)word;
    vq[at + 7] = 2;
    vq[at + 8] = tile + 2;
    vq[at + 9] = tile + 3;
    to = ((cell >> 5) + 1) * 8 + ((cell & 15) >> 1);
    ink = paint[grid[cell]];
    keep = 3;
    if (cell & 1) { ink <<= 2; keep <<= 2; }
    if (cell & 16) { ink <<= 4; keep <<= 4; }
    attr[to] = (attr[to] & ~keep) | ink;
    vq[at + 10] = 0x23;
    vq[at + 11] = 0xC0 + to;
    vq[at + 12] = 1;
    vq[at + 13] = attr[to];
    vq_len = at + 14;
}

void text(u8 x, u8 y, const char* s)
{
    address(0x2000 + ((u16)y << 5) + x);
    for (i = 0; s[i]; ++i) PPUDATA = s[i] - 0x20;
}

void large(u8 x, u8 y, const char* s)
{
    static const char letters[] = "ADEGILMNOPRSUVWY!0123";
    for (k = 0; k < 2; ++k) {
        address(0x2000 + ((u16)(y + k) << 5) + x);
        for (i = 0; s[i]; ++i) {
            for (j = 0; letters[j] && letters[j] != s[i]; ++j) {}
            if (!letters[j]) {
                PPUDATA = 0;
                PPUDATA = 0;
                continue;
            }
            j = 0x60 + (j << 2) + (k << 1);
            PPUDATA = j;
            PPUDATA = j + 1;
        }
    }
}

static void queue_head(u8 x, u8 y, u8 length)
{
    word = 0x2000 + ((u16)y << 5) + x;
    vq[vq_len] = word >> 8;
    vq[vq_len + 1] = (u8)word;
    vq[vq_len + 2] = length;
    vq_len += 3;
}

void queue_text(u8 x, u8 y, const char* s)
{
    for (i = 0; s[i]; ++i) {}
    queue_head(x, y, i);
    for (i = 0; s[i]; ++i) vq[vq_len++] = s[i] - 0x20;
}

void hud_score(u8 p)
{
    queue_head(p ? 25 : 2, 2, 4);
    for (i = 0; i < 4; ++i) vq[vq_len++] = 0x10 + p_digits[(p << 2) + i];
}

void hud_lives(u8 p)
{
    queue_head(p ? 22 : 5, 1, 5);
    for (i = 0; i < 5; ++i) vq[vq_len++] = (p ? 5 - i <= p_lives[1] : i < p_lives[0]) ? 3 : 0;
}

void hud_time(void)
{
    static u8 now;
    now = (u8)((time + 59) / 60);
    if (now == seconds || vq_len > 50) return;
    seconds = now;
    queue_head(15, 2, 2);
    vq[vq_len++] = 0x10 + now / 10;
    vq[vq_len++] = 0x10 + now % 10;
    if (state == PLAY && now < 4 && now) effect(FX_BLIP);
}

void hud_all(void)
{
    text(2, 1, "P1");
    if (players == 2) {
        text(28, 1, "P2");
        text(29, 2, "0");
    }
    text(6, 2, "0");
    text(13, 1, "WAVE");
    address(0x2000 + 32 + 18);
    PPUDATA = 0x10 + wave;
    hud_score(0);
    hud_lives(0);
    if (players == 2) {
        hud_score(1);
        hud_lives(1);
    }
    seconds = 0xFF;
}

u8 free_cell(void)
{
    cell = rnd();
    if (cell >= 192 || grid[cell] != FLOOR) return 0;
    return 1;
}
