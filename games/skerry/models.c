// Solid things: few flat faces, in the light of the leg's sun.
#include "sea.h"
#include "scene.h"

enum { POINTS = 96, FACES = 112, ROCKS = 4, MESHES = ROCKS + 5, LEVELS = 12 };
enum { BUOY = ROCKS, LAMP, FLOAT, TOWER, BOAT };

struct Mesh {
  s16 points[POINTS][3];
  u8 faces[FACES][4]; // three points and a colour
  s8 normals[FACES][3];
  u32 pointCount, faceCount;
  /** Lit, in that much haze. */
  struct Vertex faced[LEVELS][FACES * 3];
  u32 lists[LEVELS][FACES * 3 / 2];
};

enum Paint { STONE, WET, MOSS, RED, WHITE, WOOD, DARK, CLOTH, SHADE, SHINING, IRON, GREEN, PAINTS };
static struct Color paints[PAINTS] = {
    [RED] = {196, 44, 40, 255}, [WHITE] = {240, 236, 224, 255}, [WOOD] = {150, 98, 54, 255}, [DARK] = {58, 38, 30, 255},
    [CLOTH] = {250, 240, 214, 255}, [SHADE] = {236, 150, 60, 255}, [SHINING] = {255, 226, 120, 255}, [IRON] = {70, 74, 84, 255},
    [GREEN] = {90, 230, 210, 255},
};

static struct Mesh meshes[MESHES] __attribute__((aligned(16)));
static struct Mesh *m; // the one that is being made
static u32 turn;       // which is lit next

static u8 point(s32 x, s32 y, s32 z) {
  m->points[m->pointCount][0] = (s16)x;
  m->points[m->pointCount][1] = (s16)y;
  m->points[m->pointCount][2] = (s16)z;
  return (u8)m->pointCount++;
}

static void face(u8 a, u8 b, u8 c, u8 paint) {
  s32 e[3], f[3], n[3];
  for (u32 i = 0; i < 3; i++) {
    e[i] = m->points[b][i] - m->points[a][i];
    f[i] = m->points[c][i] - m->points[a][i];
  }
  for (u32 i = 0; i < 3; i++) n[i] = (e[(i + 1) % 3] * f[(i + 2) % 3] - e[(i + 2) % 3] * f[(i + 1) % 3]) >> 5;
  while (size(n[0]) > 16384 || size(n[1]) > 16384 || size(n[2]) > 16384)
    for (u32 i = 0; i < 3; i++) n[i] >>= 1;
  s32 length = (s32)root((u32)(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]));
  u8 *to = m->faces[m->faceCount];
  to[0] = a;
  to[1] = b;
  to[2] = c;
  to[3] = paint;
  for (u32 i = 0; i < 3; i++) m->normals[m->faceCount][i] = (s8)(length ? n[i] * 127 / length : 0);
  m->faceCount++;
}

static void quad(u8 a, u8 b, u8 c, u8 d, u8 paint) {
  face(a, b, c, paint);
  face(a, c, d, paint);
}

/** Rings of a radius and a height each, from below up, closed at the top. `rough`: how much a point strays, of 256. */
static void lathe(u32 sides, const s16 (*rings)[2], u32 count, const u8 *paint, u32 rough, u32 seed) {
  u8 ring[2][16] = {{0}};
  for (u32 n = 0; n < count; n++) {
    for (u32 i = 0; i < sides; i++) {
      u32 r = hash(seed + n * 16 + i);
      s32 turn = (s32)((i * 2 + (n & 1)) * 32768 / sides) + (rough ? (s32)(r & 2047) - 1024 : 0);
      s32 radius = rings[n][0] * (s32)(256 + (rough * (r >> 24) >> 8) - rough / 2) >> 8;
      s32 y = rings[n][1] + (n ? (s32)(rough * (r >> 16 & 255) >> 9) : 0);
      ring[n & 1][i] = point(mul(radius, cosine(turn)), y, mul(radius, sine(turn)));
    }
    if (!n) continue;
    const u8 *low = ring[~n & 1], *high = ring[n & 1];
    for (u32 i = 0; i < sides; i++) {
      u32 j = (i + 1) % sides;
      u32 k = n & 1 ? i : j; // odd rings stand half a side on
      u32 l = n & 1 ? j : i;
      face(low[i], high[k], low[j], paint[n - 1]);
      face(high[i], high[j], low[l], paint[n - 1]);
    }
  }
  u8 top = point(0, rings[count - 1][1] + (s32)rough / 3, 0);
  for (u32 i = 0; i < sides; i++) face(ring[~count & 1][i], top, ring[~count & 1][(i + 1) % sides], paint[count - 1]);
}

static void makeBoat(void) {
  static const s16 stations[6][5] = { // z, half width at the rail, its height, half width and height of the keel
      {-330, 86, 108, 40, -6}, {-190, 116, 84, 70, -40}, {0, 126, 76, 76, -52}, {180, 104, 86, 54, -44}, {310, 54, 112, 18, -20}, {392, 4, 146, 2, 40}};
  m = meshes + BOAT;
  u8 at[6][6];
  for (u32 i = 0; i < 6; i++) {
    const s16 *s = stations[i];
    for (s32 side = 0; side < 2; side++) {
      s32 k = side ? 1 : -1;
      s32 band = s[2] - 30;
      at[i][side * 3] = point(k * s[1], s[2], s[0]);
      at[i][side * 3 + 1] = point(k * (s[1] - 6), band, s[0]);
      at[i][side * 3 + 2] = point(k * s[3], s[4], s[0]);
    }
    if (!i) continue;
    u8 *a = at[i - 1], *b = at[i];
    quad(a[0], a[1], b[1], b[0], WHITE);
    quad(a[1], a[2], b[2], b[1], RED);
    quad(a[3], b[3], b[4], a[4], WHITE);
    quad(a[4], b[4], b[5], a[5], RED);
    quad(a[1], b[1], b[4], a[4], WOOD); // deck
  }
  quad(at[0][0], at[0][3], at[0][4], at[0][1], WHITE);
  quad(at[0][1], at[0][4], at[0][5], at[0][2], RED);
  u8 foot[4], tip[4];
  for (u32 i = 0; i < 4; i++) {
    s32 x = i == 1 || i == 2 ? 9 : -9, z = i > 1 ? 9 : -9;
    foot[i] = point(x, 40, 70 + z);
    tip[i] = point(x / 3, 690, 60 + z / 3);
  }
  for (u32 i = 0; i < 4; i++) quad(foot[i], foot[(i + 1) % 4], tip[(i + 1) % 4], tip[i], DARK);
  // The sails belly to the right: the wind comes from the left.
  static const s16 main_[4][3] = {{150, 300, -190}, {420, 216, -60}, {650, 16, 40}, {130, 0, 44}};
  u8 clew = point(main_[0][1], main_[0][0], main_[0][2]), belly = point(main_[1][1], main_[1][0], main_[1][2]);
  u8 head = point(main_[2][1], main_[2][0], main_[2][2]), tack = point(main_[3][1], main_[3][0], main_[3][2]);
  u8 middle = point(190, 270, -20), luff = point(4, 400, 46);
  face(tack, clew, middle, SHADE);
  face(clew, belly, middle, CLOTH);
  face(middle, belly, luff, CLOTH);
  face(tack, middle, luff, CLOTH);
  face(belly, head, luff, CLOTH);
  u8 stem = point(0, 150, 380), jib = point(190, 150, 150), peak = point(4, 600, 74), full = point(130, 300, 230);
  face(stem, full, jib, CLOTH);
  face(full, peak, jib, SHADE);
  face(stem, peak, full, CLOTH);
  u8 pennant = point(0, 690, 60), lower = point(0, 645, 60), tail = point(60, 664, -60);
  face(pennant, lower, tail, RED);
}

static void lightNext(void);

void startModels(void) {
  static const s16 stone[4][2] = {{280, -200}, {262, 30}, {200, 190}, {92, 330}};
  static const u8 stonePaint[4] = {WET, STONE, STONE, MOSS};
  for (u32 i = 0; i < ROCKS; i++) {
    m = meshes + i;
    lathe(7, stone, 4, stonePaint, 130, 900 + i * 100);
  }
  makeBoat();
  static const s16 cask[6][2] = {{20, -70}, {88, 6}, {70, 70}, {16, 90}, {14, 210}, {34, 222}};
  static const u8 caskPaint[6] = {DARK, RED, WHITE, IRON, IRON, IRON};
  m = meshes + BUOY;
  lathe(6, cask, 6, caskPaint, 0, 0);
  static const s16 light[4][2] = {{30, 222}, {40, 250}, {34, 300}, {46, 306}};
  static const u8 lightPaint[4] = {SHINING, SHINING, SHINING, IRON};
  m = meshes + LAMP;
  lathe(6, light, 4, lightPaint, 0, 0);
  static const s16 ball[5][2] = {{40, -76}, {104, -30}, {116, 30}, {82, 92}, {30, 118}};
  static const u8 ballPaint[5] = {GREEN, GREEN, GREEN, GREEN, WHITE};
  m = meshes + FLOAT;
  lathe(8, ball, 5, ballPaint, 0, 0);
  static const s16 house[9][2] = {{900, -300}, {760, 200}, {300, 420}, {262, 900}, {230, 1400}, {200, 1880}, {300, 1900}, {130, 1960}, {150, 2300}};
  static const u8 housePaint[9] = {STONE, MOSS, WHITE, RED, WHITE, IRON, IRON, SHINING, RED};
  m = meshes + TOWER;
  lathe(6, house, 9, housePaint, 0, 0);
  for (u32 i = 0; i < MESHES * LEVELS; i++) lightNext();
  for (m = meshes; m < meshes + MESHES; m++) {
    for (u32 level = 0; level < LEVELS; level++) {
      list = m->lists[level];
      faces(m->faced[level], m->faceCount);
      end();
    }
  }
}

/** Lights a mesh for a level of haze; the sun is to the side, so that what is seen is lit. */
static void light(struct Mesh *mesh, u32 level) {
  const s32 sun[3] = {look.azimuth < 0 ? -90 : 90, 74, -20};
  const s32 far = (s32)(level * 256 / LEVELS);
  // What the sky gives.
  s32 r = ((look.middle.r + look.haze.r) >> 2) + 40, g = ((look.middle.g + look.haze.g) >> 2) + 40, b = ((look.middle.b + look.haze.b) >> 2) + 40;
  struct Vertex *v = mesh->faced[level];
  for (u32 i = 0; i < mesh->faceCount; i++) {
    const s8 *n = mesh->normals[i];
    s32 light = n[0] * sun[0] + n[1] * sun[1] + n[2] * sun[2];
    if (mesh->faces[i][3] == CLOTH || mesh->faces[i][3] == SHADE) light = size(light) + 4000; // it shines through
    light = light > 0 ? light >> 6 : -(light >> 9); // a little comes back from the haze behind
    struct Color c = paints[mesh->faces[i][3]];
    if (mesh->faces[i][3] != SHINING) {
      c.r = (u8)clamp(c.r * (r + (look.sun.r * light >> 8)) >> 8, 0, 255);
      c.g = (u8)clamp(c.g * (g + (look.sun.g * light >> 8)) >> 8, 0, 255);
      c.b = (u8)clamp(c.b * (b + (look.sun.b * light >> 8)) >> 8, 0, 255);
      c = blend(c, look.haze, far);
    }
    for (u32 k = 0; k < 3; k++, v++) {
      const s16 *p = mesh->points[mesh->faces[i][k]];
      vertex(v, p[0], p[1], p[2], c);
    }
  }
}

/** The next mesh in the next haze: a look changes slowly. */
static void lightNext(void) {
  paints[STONE] = look.rock;
  paints[WET] = blend(look.rock, (struct Color){12, 18, 24, 255}, 150);
  paints[MOSS] = blend(look.rock, (struct Color){120, 150, 90, 255}, 110);
  turn = (turn + 1) % (MESHES * LEVELS);
  light(meshes + turn % MESHES, turn / MESHES);
}

static void show(u32 mesh, u32 level) { call(meshes[mesh].lists[level]); }

static void drawObject(const struct Object *o, fix ahead) {
  s32 x = besideX(o->x), z = besideZ(o->z);
  s32 y = o->kind == ROCK ? -20 : seaHeight(o->x, o->z) >> 8;
  s32 sway = sine((s32)(W->frame * 500) + o->look * 999) >> 7;
  s32 far = clamp((ahead >> 8) * 256 / (VIEW * UNIT), 0, 255);
  u32 level = (u32)(far * (512 - far) >> 8) * LEVELS >> 8;
  if (o->kind == ROCK) {
    place(o->look << 8, 0, 0, o->size, x, y, z);
    show(o->look % ROCKS, level);
  } else if (o->kind == LANTERN) {
    place(0, sway, sway / 2, FIX(1.3), x, y, z);
    show(BUOY, level);
    show(LAMP, 0);
  } else if (o->kind == GLASS) {
    place((s32)(W->frame * 200), sway, 0, FIX(1.5), x, y + 40, z);
    show(FLOAT, level);
  } else {
    place(0, 0, 0, FIX(1.5), x, 0, z);
    show(TOWER, level);
  }
}

void drawModels(void) {
  lightNext();
  way(SOLID);
  for (const struct Object *o = W->objects; o < W->objects + OBJECTS; o++) {
    fix ahead = o->z - W->z;
    if (o->kind != NONE && !o->state && ahead > FIX(-9) && ahead < FIX(VIEW)) drawObject(o, ahead);
  }
  if (W->safe & 4) return; // it blinks
  place(W->heading, W->pitch, W->bank, ONE, besideX(W->x), W->y >> 8, besideZ(W->z));
  show(BOAT, 0);
}
