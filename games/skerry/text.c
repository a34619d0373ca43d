// Letters of strokes, so that they are sharp at every resolution.
#include "text.h"

/** Lines through points of a grid of five by seven (column, row), for '!' to 'Z'. */
static const char *const strokes[58] = {
    ['!' - '!'] = "2024|2526", ['\'' - '!'] = "2021", ['+' - '!'] = "0343|2125", ['-' - '!'] = "1333", ['.' - '!'] = "2526",
    ['/' - '!'] = "0640", [':' - '!'] = "2122|2425",
    ['0' - '!'] = "103041453616050110", ['1' - '!'] = "112026|1636", ['2' - '!'] = "01103041420646",
    ['3' - '!'] = "011030414233|13334445361605", ['4' - '!'] = "36300444", ['5' - '!'] = "400002324345361605",
    ['6' - '!'] = "3010010516364544331304", ['7' - '!'] = "004016", ['8' - '!'] = "1030414233130201 10|13040516364544 33",
    ['9' - '!'] = "42331302011030414536 16",
    ['A' - '!'] = "0602204246|0444", ['B' - '!'] = "00063645443303|3342413000", ['C' - '!'] = "4130100105163645",
    ['D' - '!'] = "000626444220 00", ['E' - '!'] = "40000646|0333", ['F' - '!'] = "400006|0333", ['G' - '!'] = "41301001051636454323",
    ['H' - '!'] = "0006|4046|0343", ['I' - '!'] = "1030|2026|1636", ['J' - '!'] = "4045361605", ['K' - '!'] = "0006|400346",
    ['L' - '!'] = "000646", ['M' - '!'] = "0600234046", ['N' - '!'] = "06004640", ['O' - '!'] = "103041453616050110",
    ['P' - '!'] = "06003041423303", ['Q' - '!'] = "103041453616050110|2446", ['R' - '!'] = "06003041423303|2346",
    ['S' - '!'] = "413010010213334445361605", ['T' - '!'] = "0040|2026", ['U' - '!'] = "000516364540", ['V' - '!'] = "002640",
    ['W' - '!'] = "0016233640", ['X' - '!'] = "0046|4006", ['Y' - '!'] = "002340|2326", ['Z' - '!'] = "00400646",
};

/** From this size on, strokes have round ends. */
enum { BIG = 36 };
static struct Vertex *batch;
static u32 used;

static void flush(void) {
  if (!used) return;
  load(batch, used, 0);
  for (u32 i = 0; i < used; i += 4) triangles(i, i + 1, i + 2, i, i + 2, i + 3);
  used = 0;
}

static void add(s32 ax, s32 ay, s32 bx, s32 by, s32 cx, s32 cy, s32 dx, s32 dy, struct Color color) {
  if (!used) batch = vertices(LOADED);
  vertex(batch + used, ax, ay, 0, color);
  vertex(batch + used + 1, bx, by, 0, color);
  vertex(batch + used + 2, cx, cy, 0, color);
  vertex(batch + used + 3, dx, dy, 0, color);
  used += 4;
  if (used == LOADED) flush();
}

/** An octagon. */
static void joint(s32 x, s32 y, s32 r, struct Color color) {
  s32 s = r * 53 >> 7;
  add(x - s, y - r, x - s, y + r, x + s, y + r, x + s, y - r, color);
  add(x - r, y - s, x - r, y + s, x - s, y + r, x - s, y - r, color);
  add(x + r, y - s, x + r, y + s, x + s, y + r, x + s, y - r, color);
}

/** 256 by the length of a stroke of so many columns and rows. */
static s32 scales[5][7];

void startText(void) {
  for (s32 x = 0; x < 5; x++)
    for (s32 y = 0; y < 7; y++) scales[x][y] = x + y ? 4096 / (s32)root((u32)(x * x + y * y) * 256) : 0;
}

/** From (ax, ay), `dx` columns and `dy` rows on. */
static void stroke(s32 ax, s32 ay, s32 dx, s32 dy, s32 size_, struct Color color) {
  s32 thick = size_ * 2 / 5 * scales[size(dx)][size(dy)];
  s32 bx = ax + dx * size_, by = ay + dy * size_;
  dx = dx * thick >> 8;
  dy = dy * thick >> 8;
  if (size_ < BIG) { // ends are square
    ax -= dx;
    ay -= dy;
    bx += dx;
    by += dy;
  } else { // or round
    joint(bx, by, size_ * 2 / 5, color);
  }
  add(ax - dy, ay + dx, ax + dy, ay - dx, bx + dy, by - dx, bx - dy, by + dx, color);
}

static void line(s32 x, s32 y, s32 size, const char *text, struct Color color) {
  for (; *text; text++, x += size * 6) {
    if (*text <= ' ' || *text > 'Z') continue;
    s32 lastX = 0, lastY = 0;
    u32 down = 0;
    for (const char *p = strokes[*text - '!']; p && *p; p++) {
      if (*p == '|') down = 0;
      if (*p < '0' || *p > '9') continue;
      s32 toX = *p - '0', toY = *++p - '0';
      if (!down && size >= BIG) joint(x + toX * size, y + toY * size, size * 2 / 5, color);
      if (down) stroke(x + lastX * size, y + lastY * size, toX - lastX, toY - lastY, size, color);
      down = 1;
      lastX = toX;
      lastY = toY;
    }
  }
}

u32 widthOf(const char *text, s32 size) {
  u32 n = 0;
  while (text[n]) n++;
  return n ? (n * 6 - 2) * (u32)size : 0;
}

void write(s32 x, s32 y, s32 size, const char *text, struct Color color) {
  line(x + size / 2, y + size / 2, size, text, (struct Color){24, 20, 48, color.a});
  line(x, y, size, text, color);
  flush();
}

void writeMiddle(s32 y, s32 size, const char *text, struct Color color) {
  write((WIDTH * 16 - (s32)widthOf(text, size)) / 2, y, size, text, color);
}

void box(s32 x, s32 y, s32 wide, s32 high, struct Color left, struct Color right) {
  struct Vertex *v = vertices(4);
  vertex(v, x, y, 0, left);
  vertex(v + 1, x, y + high, 0, left);
  vertex(v + 2, x + wide, y, 0, right);
  vertex(v + 3, x + wide, y + high, 0, right);
  strip(v, 2);
}
