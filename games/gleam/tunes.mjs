// The music and the effects of Gleam, as text. A row is a sixteenth; "-" holds, "." rests; drums: k kick, s snare, h hat.

const times = (n, text) => Array(n).fill(text).join(" ");
/** One bar of broken chord: four times four notes. */
const arp = (a, b, c) => times(4, `${a} ${b} ${c} ${b}`);
/** One bar of eighths on a root and its octave. */
const bass = (low, high) => `${low} - ${low} - ${high} - ${low} - ${low} - ${high} - ${low} - ${high} -`;
const beat = "k . h . s . h . k k h . s . h h";

const playBass = [bass("A2", "A3"), bass("F2", "F3"), bass("C3", "C4"), bass("G2", "G3")].join(" ");
const turnBass = [bass("A2", "A3"), bass("F2", "F3"), bass("D3", "D4"), bass("E2", "E3")].join(" ");
const playArp = [arp("A3", "C4", "E4"), arp("F3", "A3", "C4"), arp("G3", "C4", "E4"), arp("G3", "B3", "D4")].join(" ");
const turnArp = [arp("A3", "C4", "E4"), arp("F3", "A3", "C4"), arp("F3", "A3", "D4"), arp("E3", "G#3", "B3")].join(" ");

export const songs = {
  title: {
    tempo: 9,
    loop: true,
    lanes: [
      `E5 - - - D5 - C5 - D5 - - - E5 - - - C5 - - - A4 - - - C5 - D5 - C5 - - -
       E5 - - - G5 - E5 - D5 - - - C5 - D5 - B4 - - - - - - - G4 - A4 - B4 - - -`,
      [arp("A3", "C4", "E4"), arp("F3", "A3", "C4"), arp("C4", "E4", "G4"), arp("G3", "B3", "D4")].join(" "),
      `A2 - - - - - E3 - A2 - - - E3 - - - F2 - - - - - C3 - F2 - - - C3 - - -
       C3 - - - - - G3 - C3 - - - G3 - - - G2 - - - - - D3 - G2 - - - D3 - - -`,
      times(4, "k . . . h . . . s . . . h . h ."),
    ],
  },
  play: {
    tempo: 6,
    loop: true,
    lanes: [
      `A4 - - C5 - - E5 - D5 - C5 - B4 - C5 - A4 - - - F4 - A4 - C5 - - - A4 - - -
       G4 - - C5 - - E5 - G5 - E5 - C5 - E5 - D5 - - - B4 - D5 - G5 - F5 - D5 - B4 -
       A4 - - C5 - - E5 - A5 - G5 - E5 - C5 - F5 - - - C5 - F5 - A5 - - - G5 - F5 -
       E5 - - D5 - - F5 - E5 - D5 - C5 - A4 - B4 - - - E5 - - - G#4 - B4 - E5 - - -`,
      `${playArp} ${turnArp}`,
      `${playBass} ${turnBass}`,
      times(8, beat),
    ],
  },
  won: {
    tempo: 7,
    loop: true,
    lanes: [
      `C5 - C5 C5 C5 - E5 - G5 - - E5 G5 - - - A5 - A5 A5 A5 - G5 - E5 - C5 - D5 - - -
       C5 - C5 C5 C5 - E5 - G5 - - E5 G5 - - - F5 - E5 - D5 - B4 - C5 - - - - - . .`,
      [arp("E4", "G4", "C5"), arp("F4", "A4", "C5"), arp("E4", "G4", "C5"), arp("D4", "G4", "B4")].join(" "),
      [bass("C3", "C4"), bass("F2", "F3"), bass("C3", "C4"), bass("G2", "G3")].join(" "),
      times(4, beat),
    ],
  },
  lost: {
    tempo: 11,
    loop: false,
    lanes: [
      "E5 - D#5 - D5 - C#5 - C5 - - - B4 - - - A4 - - - - - - - - - - - . . . .",
      "C5 - B4 - A#4 - A4 - G#4 - - - G#4 - - - E4 - - - - - - - - - - - . . . .",
      "A3 - G#3 - G3 - F#3 - F3 - - - E3 - - - A2 - - - - - - - - - - - . . . .",
      "k . . . k . . . k . . . s . . . k . . . . . . . . . . . . . . .",
    ],
  },
};

/** A pulse effect: duty 0..3, then [note or hertz, volume] for each frame. A noise effect: [period 0..15, volume]. */
const slide = (from, to, frames, loud) =>
  Array.from({ length: frames }, (_, f) => [
    from + ((to - from) * f) / frames,
    Math.max(1, Math.round(loud * (1 - f / (frames + 2)))),
  ]);

export const effects = {
  zap: { duty: 1, steps: slide(1600, 500, 7, 6) },
  gem: { duty: 2, steps: [...slide(1319, 1319, 4, 8), ...slide(1976, 1976, 10, 8)] },
  burst: { noise: true, steps: slide(6, 13, 14, 11) },
  hurt: { duty: 0, steps: slide(700, 90, 28, 12) },
  power: { duty: 2, steps: [523, 659, 784, 1047, 1319].flatMap((f) => slide(f, f, 4, 9)) },
  dash: { noise: true, steps: slide(9, 3, 8, 7) },
  blip: { duty: 2, steps: slide(880, 880, 4, 6) },
  start: { duty: 2, steps: [440, 554, 659, 880].flatMap((f) => slide(f, f, 5, 10)) },
};
