/* What the files of Gleam share. Variables and their addresses: ram.s and README.md. */
typedef unsigned char u8;
typedef signed char s8;
typedef unsigned int u16;

#define PAD_A 0x80
#define PAD_B 0x40
#define PAD_SELECT 0x20
#define PAD_START 0x10
#define PAD_UP 0x08
#define PAD_DOWN 0x04
#define PAD_LEFT 0x02
#define PAD_RIGHT 0x01

enum { TITLE, INTRO, PLAY, END };
enum { CLASSIC, GARBAGE, CLOCK, HISTORY };
enum { FLOOR, ROCK, WALL, GEM, RUBY, HEART, SHIELD, HOURGLASS };
enum { NOBODY, SLIME, BAT, WRAITH, MOTH, PORTAL };
enum { SILENCE, SONG_TITLE, SONG_PLAY, SONG_WON, SONG_LOST };
enum { FX_ZAP, FX_GEM, FX_BURST, FX_HURT, FX_POWER, FX_DASH, FX_BLIP, FX_START };
enum { FRONT, BACK, SIDE1, SIDE2, SLIME1, SLIME2, BAT1, BAT2, WRAITH1, WRAITH2, MOTH1, MOTH2, PORTAL1, PORTAL2, BUBBLE, WRECK, BOLTS, SPARKS, MOTE };

#define WAVES 9
#define FOES 14
#define BOLTS_MAX 4
#define SPARKS_MAX 16
#define WAVE_POLLS 1200
#define INTRO_POLLS 100

extern volatile u8 nmi_flag, frames, draw_ready, vq_len;
extern u8 mask, oam_at, oam_start, state, rule, players, wave, outcome, paused;
extern u8 i, j, k, px, py, ptile, pattr, reach, cell, dx, dy;
extern u16 rng, draws, polls, time, word;
extern u8 pad[2], hit[2];
#pragma zpsym("nmi_flag")
#pragma zpsym("frames")
#pragma zpsym("draw_ready")
#pragma zpsym("mask")
#pragma zpsym("vq_len")
#pragma zpsym("oam_at")
#pragma zpsym("oam_start")
#pragma zpsym("state")
#pragma zpsym("rule")
#pragma zpsym("players")
#pragma zpsym("wave")
#pragma zpsym("outcome")
#pragma zpsym("paused")
#pragma zpsym("i")
#pragma zpsym("j")
#pragma zpsym("k")
#pragma zpsym("px")
#pragma zpsym("py")
#pragma zpsym("ptile")
#pragma zpsym("pattr")
#pragma zpsym("reach")
#pragma zpsym("cell")
#pragma zpsym("dx")
#pragma zpsym("dy")
#pragma zpsym("rng")
#pragma zpsym("draws")
#pragma zpsym("polls")
#pragma zpsym("time")
#pragma zpsym("word")
#pragma zpsym("pad")
#pragma zpsym("hit")

extern u16 p_x[2], p_y[2], p_score[2];
extern u8 p_face[2], p_lives[2], p_safe[2], p_cool[2], p_dash[2], p_rest[2], p_walk[2], p_out[2], p_gems[2], p_kills[2];
extern u8 p_digits[8], p_ddx[2], p_ddy[2];
extern u8 gems, gem_timer, spawn_timer, foes, freeze, power_timer, dust, dust_x, dust_y, dust_pal, seconds, menu, spark_at, flocked;
extern u8 pad_ring[16], ring_at;
extern u8 b_dir[4], b_x[4], b_y[4];
extern u8 s_life[16], s_x[16], s_y[16], s_vx[16], s_vy[16], s_pal[16];
extern u8 e_kind[16], e_x[16], e_xl[16], e_y[16], e_yl[16], e_vxl[16], e_vxh[16], e_vyl[16], e_vyh[16], e_hp[16], e_t[16], e_next[16];
extern u8 grid[208], attr[64], vq[128], oam[256];
extern u8 flock_count, flock_side, flock_lane;

/* boot.s, sound.s */
u8 rnd(void);
void read_pads(void);
void spr16(void);
void spr8(void);
void oam_clear(void);
void move_foes(void);
u8 find_foe(void);
void __fastcall__ song(u8 n);
void __fastcall__ effect(u8 n);

/* board.c */
void screen_off(void);
void screen_on(void);
void clear_screen(u8 tile);
void __fastcall__ colours(u8 level);
void draw_board(void);
void put_cell(void);                    /* cell, and what grid has there */
void text(u8 x, u8 y, const char* s);   /* while the screen is off */
void large(u8 x, u8 y, const char* s);  /* letters of 16x16, while the screen is off */
void queue_text(u8 x, u8 y, const char* s);
void hud_all(void);
void hud_score(u8 p);
void hud_lives(u8 p);
void hud_time(void);
u8 free_cell(void);                     /* 1: `cell` is a random empty floor cell */

/* robots.c */
void robots_home(u8 p);
void robots_move(void);
void robots_draw(void);
void bolts_move(void);
void __fastcall__ add_score(u8 tens);   /* to robot j */
void __fastcall__ hurt(u8 p);

/* foes.c */
void foes_move(void);
void foes_draw(void);
void foes_spawn(void);
void __fastcall__ foe_gone(u8 n);
void burst(void);                       /* px, py, pattr */
void sparks_move(void);
void dust_mote(void);

/* screens.c */
void title_screen(void);
void title_tick(void);
void wave_begin(void);
void end_screen(void);
void end_tick(void);
