/* Foes, flocks, and the sparks that they leave. */
#include "game.h"

#define RX(p) (((u8*)p_x)[(p << 1) + 1])
#define RY(p) (((u8*)p_y)[(p << 1) + 1])

static u8 n;
static const u8 look[6] = { 0, SLIME1 << 2 | 1, BAT1 << 2 | 1, WRAITH1 << 2 | 1, MOTH1 << 2 | 1, PORTAL1 << 2 | 1 };
static const u8 paint[6] = { 0, 3, 2, 2, 3, 2 };

static void __fastcall__ across(int v)
{
    e_vxl[n] = (u8)v;
    e_vxh[n] = (u8)(v >> 8);
}

static void __fastcall__ along(int v)
{
    e_vyl[n] = (u8)v;
    e_vyh[n] = (u8)(v >> 8);
}

/* The robot that foe n is after: the one in play, or of two the nearer. Its place in dx, dy. */
static void quarry(void)
{
    static u8 d0, d1;
    j = 0;
    if (!p_lives[0] || p_out[0]) j = 1;
    else if (p_lives[1] && !p_out[1]) {
        d0 = RX(0) > e_x[n] ? RX(0) - e_x[n] : e_x[n] - RX(0);
        d0 = (d0 >> 1) + ((RY(0) > e_y[n] ? RY(0) - e_y[n] : e_y[n] - RY(0)) >> 1);
        d1 = RX(1) > e_x[n] ? RX(1) - e_x[n] : e_x[n] - RX(1);
        d1 = (d1 >> 1) + ((RY(1) > e_y[n] ? RY(1) - e_y[n] : e_y[n] - RY(1)) >> 1);
        if (d1 < d0) j = 1;
    }
    dx = RX(j);
    dy = RY(j);
}

static u8 __fastcall__ open(u8 c)
{
    return (u8)(grid[c] - 1) >= 2;
}

/* A slime creeps from cell to cell and at each one turns to its quarry, or now and then anywhere. */
static void slime(void)
{
    static u8 horizontal, turn;
    if (e_t[n]) {
        --e_t[n];
        return;
    }
    e_x[n] &= 0xF0;     /* on the cell again, whatever was lost below the point */
    e_y[n] &= 0xF0;
    e_xl[n] = e_yl[n] = 0;
    cell = (u8)(e_y[n] - 32) | (e_x[n] >> 4);
    quarry();
    turn = rnd();
    if (turn < 64) {
        dx = turn << 2;
        dy = rnd();
    }
    i = dx > e_x[n] ? dx - e_x[n] : e_x[n] - dx;
    k = dy > e_y[n] ? dy - e_y[n] : e_y[n] - dy;
    horizontal = i > k;
    across(0);
    along(0);
    for (i = 0; i < 2; ++i) {
        if (horizontal) {
            if (dx > e_x[n] && open(cell + 1)) { across(0x80); break; }
            if (dx < e_x[n] && open(cell - 1)) { across(-0x80); break; }
        } else {
            if (dy > e_y[n] && open(cell + 16)) { along(0x80); break; }
            if (dy < e_y[n] && open(cell - 16)) { along(-0x80); break; }
        }
        horizontal = !horizontal;
    }
    e_t[n] = 31;        /* 32 moves of half a pixel are a cell */
    if (wave > 4 && n & 1) {    /* every second slime is twice as fast */
        e_t[n] = 15;
        if (e_vxl[n] | e_vxh[n]) across(e_vxh[n] ? -0x100 : 0x100);
        if (e_vyl[n] | e_vyh[n]) along(e_vyh[n] ? -0x100 : 0x100);
    }
}

static void bat(void)
{
    if (e_x[n] < 17 && (e_vxh[n] & 0x80)) across(0x100 + (wave << 3));
    else if (e_x[n] > 223 && !(e_vxh[n] & 0x80)) across(-0x100 - (wave << 3));
    if (e_y[n] < 49 && (e_vyh[n] & 0x80)) along(0xC0 + (wave << 3));
    else if (e_y[n] > 207 && !(e_vyh[n] & 0x80)) along(-0xC0 - (wave << 3));
}

static void wraith(void)
{
    if ((polls ^ n) & 15) return;
    quarry();
    across(dx > e_x[n] ? 0xA0 : -0xA0);
    along(dy > e_y[n] ? 0xA0 : -0xA0);
}

static void moth(void)
{
    if (e_x[n] < 5 || e_x[n] > 236 || e_y[n] < 36 || e_y[n] > 219) {
        e_kind[n] = NOBODY;
        --foes;
    }
}

static void awake(void)
{
    if (--e_t[n]) return;
    e_kind[n] = e_next[n];
    e_hp[n] = 1;
    switch (e_kind[n]) {
    case BAT:
        k = rnd();
        across(k & 1 ? 0x100 + (wave << 3) : -0x100 - (wave << 3));
        along(k & 2 ? 0xC0 + (wave << 3) : -0xC0 - (wave << 3));
        break;
    case WRAITH:
        e_hp[n] = 2;
        break;
    case MOTH:
        effect(FX_DASH);
        if (flock_side & 2) along(flock_side & 1 ? -0x1C0 : 0x1C0);
        else across(flock_side & 1 ? -0x1C0 : 0x1C0);
        break;
    }
}

void foes_move(void)
{
    if (!freeze) move_foes();
    for (n = 0; n < FOES; ++n) {
        switch (e_kind[n]) {
        case NOBODY: break;
        case PORTAL: awake(); break;
        case SLIME: if (!freeze) slime(); break;
        case BAT: bat(); break;
        case WRAITH: if (!freeze) wraith(); break;
        case MOTH: moth(); break;
        }
    }
}

static u8 vacant(void)
{
    for (n = 0; n < FOES; ++n) if (!e_kind[n]) return 1;
    return 0;
}

static void portal(u8 kind, u8 x, u8 y, u8 delay)
{
    e_kind[n] = PORTAL;
    e_next[n] = kind;
    e_x[n] = x;
    e_y[n] = y;
    e_xl[n] = e_yl[n] = 0;
    e_t[n] = delay;
    across(0);
    along(0);
    ++foes;
}

/*
 * A flock of moths, once a wave from the second on. It is never like the last one: another side, another number, another
 * lane, each counted on from the stage data. What that says before the first flock is up to the rules (see ram.s).
 */
static void flock(void)
{
    static u8 m, at;
    flock_side = (flock_side + 1 + rnd() % 3) & 3;
    flock_count = (flock_count + 1 + rnd() % 7) & 7;
    flock_lane = (flock_lane + 1 + rnd() % 7) & 7;
    for (m = 0; m <= flock_count; ++m) {
        if (!vacant()) return;
        at = (flock_lane + m) & 7;
        /* Every second one a row further in: eight sprites fit on a line, and a moth is two. */
        if (flock_side & 2) portal(MOTH, 16 + at * 29, (flock_side & 1 ? 188 : 50) + ((m & 1) << 4), 50 + ((m & 3) << 3));
        else portal(MOTH, flock_side & 1 ? 222 : 18, 50 + at * 22, 50 + ((m & 3) << 3));
    }
}

void foes_spawn(void)
{
    static u8 most;
    if (time < 60) return;
    if (wave > 1 && time < 700 && !flocked) {
        flocked = 1;
        flock();
        return;
    }
    if (wave > 5 && time < 350 && flocked == 1) {
        flocked = 2;
        flock();
        return;
    }
    if (--spawn_timer) return;
    spawn_timer = 56 - (wave << 2);
    most = 5 + wave;
    if (foes >= most || !vacant()) return;
    if (!free_cell()) {
        spawn_timer = 1;
        return;
    }
    px = cell << 4;
    py = 32 + (cell & 0xF0);
    for (j = 0; j < 2; ++j) {
        if (!p_lives[j]) continue;
        i = RX(j) > px ? RX(j) - px : px - RX(j);
        k = RY(j) > py ? RY(j) - py : py - RY(j);
        if (i < 56 && k < 56) {
            spawn_timer = 4;
            return;
        }
    }
    k = rnd() & 15;
    if (wave < 3) i = k < 10 ? SLIME : BAT;
    else i = k < 6 ? SLIME : k < 11 ? BAT : WRAITH;
    portal(i, px, py, 48);
}

void __fastcall__ foe_gone(u8 f)
{
    px = e_x[f];
    py = e_y[f];
    pattr = paint[e_kind[f]];
    e_kind[f] = NOBODY;
    --foes;
    burst();
    effect(FX_BURST);
}

void foes_draw(void)
{
    for (n = 0; n < FOES; ++n) {
        k = e_kind[n];
        if (!k) continue;
        px = e_x[n];
        py = e_y[n];
        ptile = look[k];
        pattr = paint[k];
        if (k == PORTAL) {
            if (e_t[n] & 1 && e_t[n] > 40) continue;
            pattr = paint[e_next[n]];
        }
        if ((polls + (n << 2)) & 8) ptile += 4;
        if (freeze && freeze < 60 && freeze & 4) pattr = 0;
        spr16();
    }
}

static const u8 ray_x[8] = { 2, 1, 0, 255, 254, 255, 0, 1 };
static const u8 ray_y[8] = { 0, 1, 2, 1, 0, 255, 254, 255 };

static void spark(void)
{
    spark_at = (spark_at + 1) & (SPARKS_MAX - 1);
    s_life[spark_at] = 20;
    s_x[spark_at] = px + 4;
    s_y[spark_at] = py;
    s_pal[spark_at] = pattr;
}

void burst(void)
{
    for (i = 0; i < 8; ++i) {
        spark();
        s_vx[spark_at] = ray_x[i];
        s_vy[spark_at] = ray_y[i];
    }
    if (rule != CLOCK) return;
    dust = 6;
    dust_x = px;
    dust_y = py;
    dust_pal = pattr;
}

/* Low-priority work of the clock rules: it runs in the time that the frame has left. */
void dust_mote(void)
{
    px = dust_x;
    py = dust_y;
    pattr = dust_pal;
    spark();
    s_vx[spark_at] = (rnd() & 3) - 2;
    s_vy[spark_at] = (rnd() & 3) - 2;
}

void sparks_move(void)
{
    for (i = 0; i < SPARKS_MAX; ++i) {
        if (!s_life[i]) continue;
        --s_life[i];
        px = s_x[i] += s_vx[i];
        py = s_y[i] += s_vy[i];
        if (py < 32 || py > 226) {
            s_life[i] = 0;
            continue;
        }
        ptile = s_life[i] > 13 ? SPARKS << 2 | 1 : s_life[i] > 6 ? SPARKS << 2 | 3 : MOTE << 2 | 1;
        pattr = s_pal[i];
        spr8();
    }
}
