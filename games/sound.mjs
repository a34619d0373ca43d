// Songs and effects as text, made into the tables that a game's sound.s plays.

const CPU_HZ = 1789772.727;
const NAMES = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];
const DRUMS = { k: [12, 14], s: [11, 7], h: [5, 2] }; // volume, period
/** Note 0 is C2: five octaves. */
const NOTES = 60;

export function writeSound(songs, effects) {
  const out = [
    ".export songs_lo, songs_hi, effects_lo, effects_hi, effect_noise, period_lo, period_hi, drum_volume, drum_period",
    '.segment "RODATA"',
  ];
  const periods = Array.from({ length: NOTES }, (_, n) => Math.round(CPU_HZ / (16 * 65.406 * 2 ** (n / 12)) - 1));
  bytes(
    out,
    "period_lo",
    periods.map((p) => p & 255),
  );
  bytes(
    out,
    "period_hi",
    periods.map((p) => (p >> 8) | 8),
  );
  bytes(
    out,
    "drum_volume",
    Object.values(DRUMS).map(([volume]) => volume),
  );
  bytes(
    out,
    "drum_period",
    Object.values(DRUMS).map(([, period]) => period),
  );
  const songNames = Object.keys(songs);
  for (const [name, song] of Object.entries(songs)) {
    const lanes = song.lanes.map((lane, n) =>
      lane
        .trim()
        .split(/\s+/)
        .map((token) => row(token, n)),
    );
    if (new Set(lanes.map((l) => l.length)).size !== 1)
      throw new Error(`${name}: lanes of ${lanes.map((l) => l.length)} rows`);
    bytes(out, `song_${name}`, [song.tempo, song.loop ? 1 : 0]);
    out.push(`  .word ${lanes.map((_, n) => `song_${name}_${n}`).join(", ")}`);
    for (const [n, lane] of lanes.entries()) bytes(out, `song_${name}_${n}`, [...lane, 255]);
  }
  pointers(
    out,
    "songs",
    songNames.map((n) => `song_${n}`),
  );
  for (const [name, effect] of Object.entries(effects)) {
    bytes(out, `effect_${name}`, [
      ...effect.steps.flatMap((step) => (effect.noise ? noiseStep(step) : pulseStep(step, effect.duty))),
      0,
    ]);
  }
  pointers(
    out,
    "effects",
    Object.keys(effects).map((n) => `effect_${n}`),
  );
  bytes(
    out,
    "effect_noise",
    Object.values(effects).map((e) => (e.noise ? 1 : 0)),
  );
  return `${out.join("\n")}\n`;
}

function row(token, lane) {
  if (token === "-") return 0;
  if (token === ".") return 1;
  if (lane === 3) return 2 + Object.keys(DRUMS).indexOf(token);
  // The triangle sounds an octave below a pulse of the same period.
  const name = token.slice(0, -1);
  const note = NAMES.indexOf(name) + 12 * (Number(token.at(-1)) - 2) + (lane === 2 ? 12 : 0);
  if (!NAMES.includes(name) || note < 0 || note >= NOTES) throw new Error(`no such note: ${token}`);
  return note + 2;
}

function pulseStep([hertz, volume], duty) {
  const period = Math.min(0x7ff, Math.round(CPU_HZ / (16 * hertz) - 1));
  return [(duty << 6) | 0x30 | volume, period & 255, (period >> 8) | 8];
}

function noiseStep([period, volume]) {
  return [0x30 | volume, Math.round(period)];
}

function bytes(out, label, values) {
  out.push(`${label}:`);
  for (let at = 0; at < values.length; at += 24) out.push(`  .byte ${values.slice(at, at + 24).join(",")}`);
}

function pointers(out, label, names) {
  out.push(
    `${label}_lo: .byte ${names.map((n) => `<${n}`).join(",")}`,
    `${label}_hi: .byte ${names.map((n) => `>${n}`).join(",")}`,
  );
}
