// Ids of the game, as its players name them.

/** External character ids. */
const CHARACTERS: readonly string[] = [
  "Captain Falcon",
  "Donkey Kong",
  "Fox",
  "Mr. Game & Watch",
  "Kirby",
  "Bowser",
  "Link",
  "Luigi",
  "Mario",
  "Marth",
  "Mewtwo",
  "Ness",
  "Peach",
  "Pikachu",
  "Ice Climbers",
  "Jigglypuff",
  "Samus",
  "Yoshi",
  "Zelda",
  "Sheik",
  "Falco",
  "Young Link",
  "Dr. Mario",
  "Roy",
  "Pichu",
  "Ganondorf",
  "Master Hand",
  "Wireframe (male)",
  "Wireframe (female)",
  "Giga Bowser",
  "Crazy Hand",
  "Sandbag",
  "Popo",
];

const STAGES: readonly (string | undefined)[] = [
  undefined,
  undefined,
  "Fountain of Dreams",
  "Pokémon Stadium",
  "Princess Peach's Castle",
  "Kongo Jungle",
  "Brinstar",
  "Corneria",
  "Yoshi's Story",
  "Onett",
  "Mute City",
  "Rainbow Cruise",
  "Jungle Japes",
  "Great Bay",
  "Hyrule Temple",
  "Brinstar Depths",
  "Yoshi's Island",
  "Green Greens",
  "Fourside",
  "Mushroom Kingdom",
  "Mushroom Kingdom II",
  undefined,
  "Venom",
  "Poké Floats",
  "Big Blue",
  "Icicle Mountain",
  "Icetop",
  "Flat Zone",
  "Dream Land N64",
  "Yoshi's Island N64",
  "Kongo Jungle N64",
  "Battlefield",
  "Final Destination",
];

/** Stages whose like is told apart in reports. */
export const STAGE = {
  fountain: 2,
  stadium: 3,
  yoshis: 8,
  dreamLand: 28,
  battlefield: 31,
  finalDestination: 32,
} as const;

export const characterName = (id: number): string => CHARACTERS[id] ?? `character ${id}`;

/** External ids of whose target tests follow each other from stage 33 on. */
const TARGET_TESTS = [8, 0, 21, 1, 22, 20, 2, 14, 4, 5, 6, 7, 9, 10, 11, 12, 24, 13, 15, 16, 19, 17, 18, 3, 23, 25];

export function stageName(id: number): string {
  if (id === 84) return "Home-Run Contest";
  const target = TARGET_TESTS[id - 33];
  return target === undefined ? (STAGES[id] ?? `stage ${id}`) : `Target Test (${characterName(target)})`;
}

/** Action states that classes of desyncs are told by. */
export const ACTION = { turn: 0x12, dash: 0x14, damageFlyLow: 0x57, damageFlyHigh: 0x5a, damageFlyRoll: 0x5b } as const;

/** How a game ended, in words. */
export function endName(version: string, method: number): string {
  if (version.startsWith("0.") || version.startsWith("1."))
    return ({ 0: "unresolved", 3: "resolved" } as Record<number, string>)[method] ?? `method ${method}`;
  return ({ 1: "time", 2: "game", 7: "no contest" } as Record<number, string>)[method] ?? `method ${method}`;
}
