import { slpPad, slpPort, slpStage } from "../../../report/slp-draw.ts";
import type { SlpScene, SlpSide } from "../../../report/slp-scene.ts";

type Context = OffscreenCanvasRenderingContext2D;

// Units of the picture: what is drawn is laid out in them, and then made as large as the canvas is.
const WIDTH = 800;
const HEIGHT = 500;
export const ASPECT = WIDTH / HEIGHT;
/** The cards of the players, below the stage: four side by side, or smaller ones. */
const CARDS = 92;
const PAD = 52;
const MOST_CARD = WIDTH / 4;

/** It looks as a game does, whatever colours the page has. */
const COLOURS: Readonly<Record<string, string>> = {
  back: "#15171b",
  card: "#1f232a",
  ink: "#e8e9ed",
  soft: "#9aa1ae",
  line: "#3a404b",
  bad: "#ff8a80",
};
const colour = (name: string): string => COLOURS[name]!;

/** Columns of a track, as the scene has them. */
const [X, PERCENT, STOCKS] = [0, 2, 3];

/** The stage from the side with everybody on it, and each one's pad, stocks and percent; a second recording dashed. */
export function drawGame(c: Context, scene: SlpScene, sides: readonly SlpSide[], row: number): void {
  const { width, height } = c.canvas;
  const scale = width / WIDTH;
  c.setTransform(1, 0, 0, 1, 0, 0);
  c.fillStyle = colour("back");
  c.fillRect(0, 0, width, height);
  c.setTransform(scale, 0, 0, scale, 0, 0);
  c.save();
  c.beginPath();
  c.rect(0, 0, WIDTH, HEIGHT - CARDS);
  c.clip();
  slpStage({ c, w: WIDTH, h: HEIGHT - CARDS, colour }, scene, sides, row);
  c.restore();
  const count = scene.tracks.length;
  const size = Math.min(MOST_CARD, WIDTH / Math.max(1, count));
  for (let track = 0; track < count; track++) {
    c.save();
    c.translate((WIDTH - count * size) / 2 + track * size, HEIGHT - CARDS);
    c.scale(size / MOST_CARD, size / MOST_CARD);
    drawCard(c, scene, sides, track, row);
    c.restore();
  }
}

function drawCard(c: Context, scene: SlpScene, sides: readonly SlpSide[], track: number, row: number): void {
  const { columns, rows, tracks } = scene;
  const value = (column: number, side = 0): number => sides[side]!.tracks[(track * columns + column) * rows + row]!;
  const parted =
    sides.length > 1 && Array.from({ length: columns }, (_, i) => i).some((i) => !Object.is(value(i), value(i, 1)));
  c.fillStyle = colour("card");
  c.strokeStyle = colour(parted ? "bad" : "card");
  c.beginPath();
  c.roundRect(4, 0, MOST_CARD - 8, CARDS - 6, 6);
  c.fill();
  c.stroke();
  const { port, name } = tracks[track]!;
  c.fillStyle = slpPort(port);
  c.beginPath();
  c.arc(18, 15, 8, 0, 7);
  c.fill();
  c.textBaseline = "middle";
  c.textAlign = "center";
  c.font = "600 11px system-ui, sans-serif";
  c.fillStyle = "#fff";
  c.fillText(String(port), 18, 15.5);
  c.textAlign = "left";
  c.fillStyle = colour("ink");
  c.fillText(name, 31, 15.5, 80);
  c.textAlign = "right";
  if (parted) c.fillStyle = colour("bad");
  // Where they part, what the second one says stands there.
  c.fillText(
    stateOf((column) => value(column, parted ? 1 : 0)),
    MOST_CARD - 13,
    15.5,
  );
  c.translate(13, 30);
  slpPad({ c, w: MOST_CARD - 26, h: PAD, colour }, (column) => value(column));
}

function stateOf(value: (column: number) => number): string {
  return Number.isNaN(value(X))
    ? "not there"
    : `${"●".repeat(Math.min(9, value(STOCKS)))} ${value(PERCENT).toFixed(1)}%`;
}
