import type { Picture } from "./picture.ts";

/** Letters of 5 x 7 pixels: a digit of base 32 for each row from the top, its highest bit at the left. Small letters hang down one row less. */
const GLYPHS: Record<string, string> = {
  A: "ehhvhhh",
  B: "uhhuhhu",
  C: "ehggghe",
  D: "uhhhhhu",
  E: "vgguggv",
  F: "vgguggg",
  G: "ehgnhhf",
  H: "hhhvhhh",
  I: "e44444e",
  J: "72222ic",
  K: "hikokih",
  L: "ggggggv",
  M: "hrllhhh",
  N: "hhpljhh",
  O: "ehhhhhe",
  P: "uhhuggg",
  Q: "ehhhlid",
  R: "uhhukih",
  S: "fgge11u",
  T: "v444444",
  U: "hhhhhhe",
  V: "hhhhha4",
  W: "hhhllla",
  X: "hha4ahh",
  Y: "hha4444",
  Z: "v1248gv",
  a: "00e1fhf",
  b: "ggmphhu",
  c: "00egghe",
  d: "11djhhf",
  e: "00ehvge",
  f: "69s8888",
  g: "0fhhf1e",
  h: "ggmphhh",
  i: "40c444e",
  j: "20622ic",
  k: "ggikoki",
  l: "c44444e",
  m: "00qllhh",
  n: "00mphhh",
  o: "00ehhhe",
  p: "00uhugg",
  q: "00djf11",
  r: "00mpggg",
  s: "00fge1u",
  t: "88s8896",
  u: "00hhhjd",
  v: "00hhha4",
  w: "00hhlla",
  x: "00ha4ah",
  y: "00hhf1e",
  z: "00v248v",
  0: "ehjlphe",
  1: "4c4444e",
  2: "eh1248v",
  3: "v2421he",
  4: "26aiv22",
  5: "vgu11he",
  6: "68guhhe",
  7: "v124888",
  8: "ehhehhe",
  9: "ehhf12c",
  ".": "00000cc",
  ",": "0000c48",
  ":": "0cc0cc0",
  "-": "000v000",
  "+": "044v440",
  "/": "01248g0",
  "%": "op248j3",
  "(": "2488842",
  ")": "8422248",
  "'": "4480000",
  "!": "4444404",
  "?": "eh12404",
  "=": "00v0v00",
  "#": "aavavaa",
  "*": "04le4l0",
  "&": "co8llid",
  _: "000000v",
};
const UNKNOWN = "vhhhhhv";

/** Pixels that a line of text takes across, its letters enlarged `size` times. */
export function textWidth(text: string, size: number): number {
  return Math.max(0, [...text].length * 6 - 1) * size;
}

/** Pixels that a line of text takes down. */
export function textHeight(size: number): number {
  return 7 * size;
}

/** Draws a line of text with its upper left corner at (x, y); what does not fit is left out. `colour` is 0xRRGGBB. */
export function drawText(picture: Picture, text: string, x: number, y: number, colour: number, size: number): void {
  const { pixels, pitch, width, height } = picture;
  for (const letter of text) {
    const rows = letter === " " ? "0000000" : (GLYPHS[letter] ?? UNKNOWN);
    for (let down = 0; down < 7 * size; down++) {
      const bits = Number.parseInt(rows[Math.floor(down / size)]!, 32);
      for (let across = 0; across < 5 * size; across++) {
        const [px, py] = [x + across, y + down];
        if (!((bits >> (4 - Math.floor(across / size))) & 1) || px < 0 || py < 0 || px >= width || py >= height)
          continue;
        const at = py * pitch + px * 4;
        for (let c = 0; c < 3; c++) pixels[at + c] = (colour >> (8 * c)) & 255;
      }
    }
    x += 6 * size;
  }
}
