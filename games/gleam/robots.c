/* The robots, their bolts, and what they gather. */
#include "game.h"

#define X(p) (((u8*)p_x)[(p << 1) + 1])
#define Y(p) (((u8*)p_y)[(p << 1) + 1])
#define STEP 0x0150
#define STEP_SLANT 0x00F0
#define DASH_STEP 0x0380

static const u8 home_x[2] = { 48, 192 };
static const u8 bolt_dx[4] = { 0, 0, 251, 5 };
static const u8 bolt_dy[4] = { 5, 251, 0, 0 };

void robots_home(u8 p)
{
    p_x[p] = (u16)home_x[p] << 8;
    p_y[p] = 0xD000;
    p_out[p] = p_dash[p] = 0;
    p_safe[p] = 120;
    p_face[p] = 1;
}

void __fastcall__ add_score(u8 tens)
{
    p_score[j] += tens;
    while (tens) {
        k = (j << 2) + 3;
        while (++p_digits[k] == 10) {
            p_digits[k] = 0;
            if (!(k & 3)) break;
            --k;
        }
        --tens;
    }
    hud_score(j);
}

void __fastcall__ hurt(u8 p)
{
    j = p;
    if (p_safe[j] || p_out[j] || !p_lives[j]) return;
    --p_lives[j];
    p_out[j] = 100;
    px = X(j);
    py = Y(j);
    pattr = j;
    burst();
    effect(FX_HURT);
    hud_lives(j);
}

/* 1: a robot's box at px, py touches rock. The box is 12 by 12 pixels, two in from the sprite's edges. */
static u8 blocked(void)
{
    static u8 left, right, top, low;
    left = (u8)(px + 2) >> 4;
    right = (u8)(px + 13) >> 4;
    top = (u8)(py - 30) & 0xF0;
    low = (u8)(py - 19) & 0xF0;
    if ((u8)(grid[top | left] - 1) < 2) return 1;
    if ((u8)(grid[top | right] - 1) < 2) return 1;
    if ((u8)(grid[low | left] - 1) < 2) return 1;
    if ((u8)(grid[low | right] - 1) < 2) return 1;
    return 0;
}

/* Robot j goes by `word` along the directions dx and dy (0, 1 or 255): first across, then along. */
static void go(void)
{
    static u16 before, step;
    step = word;
    if (dx) {
        before = p_x[j];
        if (dx == 1) p_x[j] += step; else p_x[j] -= step;
        px = X(j);
        py = Y(j);
        if (blocked()) p_x[j] = before;
    }
    if (dy) {
        before = p_y[j];
        if (dy == 1) p_y[j] += step; else p_y[j] -= step;
        px = X(j);
        py = Y(j);
        if (blocked()) p_y[j] = before;
    }
}

/* Whether robot j dashes now. History rules: a flick, judged from the raw pads: this way now, the other way two polls ago. */
static u8 wants_dash(void)
{
    if (rule != HISTORY) return hit[j] & PAD_B;
    k = pad_ring[(j << 3) | ((ring_at - 2) & 7)];
    i = pad[j];
    return ((i & PAD_LEFT) && (k & PAD_RIGHT)) || ((i & PAD_RIGHT) && (k & PAD_LEFT))
        || ((i & PAD_UP) && (k & PAD_DOWN)) || ((i & PAD_DOWN) && (k & PAD_UP));
}

static void zap(void)
{
    static u8 face;
    k = j << 1;
    if (b_dir[k]) ++k;
    if (b_dir[k]) return;
    face = p_face[j];
    b_dir[k] = face + 1;
    b_x[k] = X(j) + (bolt_dx[face] << 1);
    b_y[k] = Y(j) + (bolt_dy[face] << 1);
    p_cool[j] = 14;
    effect(FX_ZAP);
}

static void gather(void)
{
    cell = ((u8)(Y(j) - 24) & 0xF0) | ((u8)(X(j) + 8) >> 4);
    k = grid[cell];
    if (k < GEM || vq_len > 80) return;
    grid[cell] = FLOOR;
    if (k == GEM || k == RUBY) {
        --gems;
        ++p_gems[j];
        effect(FX_GEM);
        i = k;
        put_cell();
        add_score(i == GEM ? 1 : 5);
        return;
    }
    effect(FX_POWER);
    i = k;
    put_cell();
    if (i == SHIELD) p_safe[j] = 250;
    else if (i == HOURGLASS) freeze = 180;
    else if (p_lives[j] < 5) {
        ++p_lives[j];
        hud_lives(j);
    }
}

void robots_move(void)
{
    for (j = 0; j < players; ++j) {
        if (p_out[j]) {
            --p_out[j];
            if (!p_out[j] && p_lives[j]) robots_home(j);
            continue;
        }
        if (!p_lives[j]) continue;
        if (p_safe[j]) --p_safe[j];
        if (p_cool[j]) --p_cool[j];
        if (p_rest[j]) --p_rest[j];
        i = pad[j];
        dx = dy = 0;
        if (i & PAD_LEFT) { dx = 255; p_face[j] = 2; }
        else if (i & PAD_RIGHT) { dx = 1; p_face[j] = 3; }
        if (i & PAD_UP) { dy = 255; if (!dx) p_face[j] = 1; }
        else if (i & PAD_DOWN) { dy = 1; if (!dx) p_face[j] = 0; }
        if (!p_rest[j] && (dx | dy) && wants_dash()) {
            p_dash[j] = 9;
            p_rest[j] = 45;
            p_ddx[j] = dx;
            p_ddy[j] = dy;
            effect(FX_DASH);
        }
        if (p_dash[j]) {
            --p_dash[j];
            dx = p_ddx[j];
            dy = p_ddy[j];
            word = DASH_STEP;
        } else word = dx && dy ? STEP_SLANT : STEP;
        if (dx | dy) {
            ++p_walk[j];
            go();
        }
        if (hit[j] & PAD_A && !p_cool[j] && state == PLAY) zap();
        gather();
    }
    if (state != PLAY) return;
    for (j = 0; j < players; ++j) {
        if (!p_lives[j] || p_out[j] || p_safe[j]) continue;
        px = X(j);
        py = Y(j);
        reach = 10;
        k = find_foe();
        if (k == 255) continue;
        if (p_dash[j]) continue;    /* a dash slips through */
        hurt(j);
    }
}

void bolts_move(void)
{
    static u8 n, foe;
    for (n = 0; n < BOLTS_MAX; ++n) {
        k = b_dir[n];
        if (!k) continue;
        px = b_x[n] += bolt_dx[k - 1];
        py = b_y[n] += bolt_dy[k - 1];
        cell = ((u8)(py - 24) & 0xF0) | ((u8)(px + 8) >> 4);
        if ((u8)(grid[cell] - 1) < 2 || py < 34 || py > 226) {
            b_dir[n] = 0;
            continue;
        }
        reach = 13;
        foe = find_foe();
        if (foe == 255) continue;
        b_dir[n] = 0;
        if (--e_hp[foe]) {
            e_t[foe] |= 0x80;
            effect(FX_BLIP);
            continue;
        }
        j = n >> 1;
        ++p_kills[j];
        add_score(e_kind[foe] == WRAITH ? 4 : 2);
        foe_gone(foe);
    }
}

static const u8 look[4] = { FRONT << 2 | 1, BACK << 2 | 1, SIDE1 << 2 | 1, SIDE1 << 2 | 1 };

void robots_draw(void)
{
    for (j = 0; j < players; ++j) {
        if (!p_lives[j] && !p_out[j]) {
            px = X(j);
            py = Y(j);
            ptile = WRECK << 2 | 1;
            pattr = j;
            spr16();
            continue;
        }
        if (p_out[j]) continue;
        px = X(j);
        py = Y(j);
        if (p_safe[j] > 120 || (p_safe[j] && p_safe[j] & 4)) {
            ptile = BUBBLE << 2 | 1;
            pattr = j;
            spr16();
        }
        k = p_face[j];
        ptile = look[k];
        pattr = j;
        if (k == 2) pattr |= 0x40;
        if (p_walk[j] & 8) {
            if (k < 2) pattr |= 0x40; else ptile += 4;
        }
        spr16();
        if (p_dash[j]) {
            ptile = SPARKS << 2 | 1;
            spr8();
        }
    }
    for (i = 0; i < BOLTS_MAX; ++i) {
        k = b_dir[i];
        if (!k) continue;
        px = b_x[i] + 4;
        py = b_y[i];
        ptile = k > 2 ? BOLTS << 2 | 1 : BOLTS << 2 | 3;
        pattr = i >> 1;
        spr8();
    }
}
