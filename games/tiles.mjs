// Pictures drawn as text, made into the 8 KB of tiles of an NES cartridge: background first, then sprites.

const SHADES = { ".": 0, "-": 1, o: 2, "#": 3 };
/** The letters that are also there at twice their size, four tiles each. */
export const LARGE = "ADEGILMNOPRSUVWY!0123";
const CELLS = 0x40;
const LARGE_AT = 0x60;
const LOGO_AT = LARGE_AT + LARGE.length * 4;

export function drawTiles(art, font, name) {
  const chr = new Uint8Array(0x2000);
  const put = (tile, pixels) => {
    for (let y = 0; y < 8; y++)
      for (let x = 0; x < 8; x++) {
        const shade = pixels(x, y);
        if (shade & 1) chr[tile * 16 + y] |= 0x80 >> x;
        if (shade & 2) chr[tile * 16 + 8 + y] |= 0x80 >> x;
      }
  };
  const glyphs = readFont(font);
  for (const [letter, glyph] of glyphs) {
    // One column wider than drawn: thin strokes shimmer on a television.
    put(letter.charCodeAt(0) - 0x20, (x, y) => (y < 7 && (glyph(x - 1, y) || glyph(x, y)) ? 3 : 0));
  }
  const quarter = (at, order, pixels) =>
    order.forEach(([qx, qy], n) => {
      put(at + n, (x, y) => pixels(x + qx * 8, y + qy * 8));
    });
  const rows = [
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
  ];
  const columns = [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ]; // 8x16 sprites: the left column, then the right one
  let cells = 0;
  let sprites = 0;
  for (const { kind, pixels } of readArt(art)) {
    if (kind === "cell") quarter(CELLS + 4 * cells++, rows, pixels);
    else quarter(0x100 + 4 * sprites++, columns, pixels);
  }
  [...LARGE].forEach((letter, n) => {
    const twice = scale2(glyphs.get(letter));
    quarter(
      LARGE_AT + n * 4,
      rows,
      bevel((x, y) => twice(x - 2, y), 14),
    );
  });
  let logo = LOGO_AT;
  for (const letter of name.toUpperCase()) {
    const four = scale2(scale2(glyphs.get(letter)));
    const shaded = bevel((x, y) => four(x - 1, y - 1), 30);
    for (let y = 0; y < 4; y++) for (let x = 0; x < 3; x++) put(logo++, (px, py) => shaded(x * 8 + px, y * 8 + py));
  }
  if (cells > (LARGE_AT - CELLS) / 4 || logo > 256 || sprites > 64)
    throw new Error(`too many tiles: ${cells} cells, ${logo} tiles, ${sprites} sprites`);
  return chr;
}

/** Light above, colour below, and a shadow one pixel down and right. */
function bevel(solid, height) {
  return (x, y) => {
    if (solid(x, y)) return y < height * 0.45 || !solid(x - 1, y - 1) ? 3 : 2;
    return solid(x - 1, y - 1) || solid(x, y - 1) || solid(x - 1, y) ? 1 : 0;
  };
}

/** Twice as large, with corners rounded: a pixel's quarter takes its two neighbours' colour where those agree. */
function scale2(solid) {
  return (x, y) => {
    const px = x >> 1;
    const py = y >> 1;
    const here = solid(px, py);
    const across = solid(px + (x & 1 ? 1 : -1), py);
    const along = solid(px, py + (y & 1 ? 1 : -1));
    const back = solid(px - (x & 1 ? 1 : -1), py);
    const up = solid(px, py - (y & 1 ? 1 : -1));
    return across === along && across !== back && along !== up ? across : here;
  };
}

function readFont(text) {
  const glyphs = new Map();
  for (const line of text.split("\n")) {
    const [letter, ...rows] = line.trim().split(/\s+/);
    if (rows.length !== 7 || letter.length !== 1) continue;
    const bits = rows.map((row) => Number.parseInt(row, 16));
    glyphs.set(letter, (x, y) => x >= 0 && x < 5 && y >= 0 && y < 7 && ((bits[y] >> (4 - x)) & 1) === 1);
  }
  return glyphs;
}

function readArt(text) {
  const pictures = [];
  for (const line of text.split("\n")) {
    const head = /^(cell|sprite) (\w+)( half)?$/.exec(line);
    if (head) pictures.push({ kind: head[1], name: head[2], half: Boolean(head[3]), lines: [] });
    else if (/^[.\-o#]{8,}$/.test(line)) pictures.at(-1).lines.push(line);
  }
  return pictures.map(({ kind, name, half, lines }) => {
    const full = half ? lines.map((l) => l + [...l].reverse().join("")) : lines;
    if (full.length !== 16 || full.some((l) => l.length !== 16))
      throw new Error(`art.txt: ${name} is not 16 by 16 (${full.length} lines: ${full.map((l) => l.length)})`);
    return { kind, pixels: (x, y) => SHADES[full[y][x]] };
  });
}
