import { ramFill } from "../machine/ram-fill.ts";
import type { CoreOption } from "../machine/registry.ts";
import type { Movie } from "../movie/movie.ts";
import type { Profile } from "../watch/profile.ts";
import type { Region, Span, TraceSpec, Treatment } from "./audit-trace.ts";

/** One thing that is changed, and how it is told. */
export interface Trial {
  /** Unique in an audit. */
  readonly id: string;
  readonly kind: "control" | "fill" | "clock" | "save" | "patch" | "outside" | "play" | "state" | "option";
  readonly treatment: Treatment;
  /** Instead of the boot's own. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly movie?: Movie;
  readonly patches?: Readonly<Record<string, boolean>>;
  /** Loads the plain run's state of this frame into a machine of another process. */
  readonly coldAt?: number;
  /** Bytes count from the moment that the game changed them in one of the two runs: what it never wrote to may differ. */
  readonly touchedOnly?: true;
  /** What is written from outside the game, and is not compared itself. */
  readonly written?: TraceSpec["written"];
  /** Regions that are not compared. */
  readonly ignore?: readonly string[];
  /** What to do where it differs. */
  readonly pin: string;
  /** Why it cannot be tried. */
  readonly untried?: string;
}

export interface Subject {
  readonly options: readonly CoreOption[];
  /** Whether options are tried that are no fill and no clock. */
  readonly flip: boolean;
  readonly states: boolean;
  /** The plain run's settings, all of them. */
  readonly settings: Readonly<Record<string, string>>;
  readonly regions: readonly Region[];
  readonly movie: Movie;
  readonly frames: number;
  readonly profile?: Profile | undefined;
  readonly patches?: Readonly<Record<string, boolean>> | undefined;
}

/** An option with more values than this has its first, middle and last ones tried. */
const FEW = 6;
const CLOCK = "host_clock";
const COLD_LOADS = 3;
const SAVE_REGIONS = ["save", "eeprom", "sram", "flash", "mempak"];
const DAY = 86_400;

/** All that is tried, what matters most first. */
export function trialsOf(subject: Subject, seed: number): Trial[] {
  return [
    ...controls(),
    ...fills(subject),
    ...clocks(subject),
    save(subject),
    ...plays(),
    ...states(subject, seed),
    ...patches(subject),
    ...outside(subject),
    ...(subject.flip ? options(subject) : []),
  ];
}

function controls(): Trial[] {
  const broken = "nothing here: the core itself is not deterministic with this game and boot";
  return [
    { id: "same boot, another process", kind: "control", treatment: "plain", pin: broken },
    {
      id: "same boot, opened twice in a process",
      kind: "control",
      treatment: "second",
      pin: "a process for each machine",
    },
    { id: "another machine beside it", kind: "control", treatment: "beside", pin: "a process for each machine" },
    { id: "switched off and on", kind: "control", treatment: "power", pin: "open the machine anew instead" },
  ];
}

/** The option that says what memory holds at power-on, where the core has one. */
const isFill = ({ key }: CoreOption): boolean => key === "ram" || /ram_power|ram_?init|ram_state/.test(key);

function fills({ options, settings }: Subject): Trial[] {
  const option = options.find(isFill);
  if (!option) {
    const untried = "the core fills its memory itself and has no option for it";
    return [{ id: "RAM fill", kind: "fill", treatment: "plain", pin: "", untried }];
  }
  const { key } = option;
  return option.values
    .flatMap((value) => (value === "random:INTEGER" ? ["random:1", "random:2"] : [value]))
    .filter((value) => value !== settings[key])
    .map((value) => ({
      id: `RAM fill: ${key}=${value}`,
      kind: "fill",
      treatment: "plain",
      settings: { [key]: value },
      touchedOnly: true,
      pin: `--set ${key}=${settings[key]}`,
    }));
}

function clocks({ options, settings }: Subject): Trial[] {
  if (!options.some(({ key }) => key === CLOCK)) {
    const untried = "the core asks for no time";
    return [{ id: "clock moved", kind: "clock", treatment: "plain", pin: "", untried }];
  }
  const now = Number(settings[CLOCK]!.replace("unix:", ""));
  return [
    ["a day", DAY],
    ["ten years and an hour", 3652 * DAY + 3600],
  ].map(([words, by]) => ({
    id: `clock moved by ${words}`,
    kind: "clock",
    treatment: "plain",
    settings: { [CLOCK]: `unix:${now + Number(by)}` },
    pin: `--set ${CLOCK}=${settings[CLOCK]}`,
  }));
}

function save({ movie, regions }: Subject): Trial {
  const ignore = regions.map(({ name }) => name).filter((name) => SAVE_REGIONS.includes(name));
  const common = { kind: "save", treatment: "plain", ignore } as const;
  if (movie.start.kind === "save")
    return {
      ...common,
      id: "save data absent",
      movie: { ...movie, start: { kind: "power-on" } },
      pin: "the movie's save data",
    };
  const pin = "start without save data, or keep it with the movie";
  const region = regions.find(({ name }) => SAVE_REGIONS.includes(name));
  if (!region)
    return { ...common, id: "save data present", pin, untried: "the core shows no save memory with this game" };
  const data = new Uint8Array(region.size);
  ramFill("random:7")(data);
  return { ...common, id: "save data present", movie: { ...movie, start: { kind: "save", data } }, pin };
}

function plays(): Trial[] {
  return [
    { id: "video skipped", kind: "play", treatment: "no video", pin: "draw every frame" },
    {
      id: "host under load",
      kind: "play",
      treatment: "host load",
      pin: "the core reads the host's clock: find what for",
    },
    {
      id: "all threads on one CPU core",
      kind: "play",
      treatment: "one CPU",
      pin: "an option that takes the core's threads away",
    },
  ];
}

function states({ states, frames }: Subject, seed: number): Trial[] {
  const pin = "its states lack something: load only verified ones, or replay from power-on";
  const trial = (id: string, treatment: Treatment, more: object = {}): Trial => ({
    id,
    kind: "state",
    treatment,
    pin,
    ...more,
  });
  if (!states) return [trial("states", "plain", { untried: "the core has no states" })];
  return [
    trial("state saved each frame", "save each frame", { pin: "save states in another instance" }),
    trial("state loaded warm, each 30 frames", "load warm"),
    trial("rolled back at random frames", "roll back"),
    trial("run-ahead: saved, a step, loaded, each frame", "run ahead"),
    ...Array.from({ length: COLD_LOADS }, (_, i) => {
      // A golden-ratio walk: spread well, and the same for the same seed.
      const at = Math.floor(frames * (0.1 + 0.8 * ((0.618034 * (seed + i)) % 1)));
      return trial(`state loaded cold at frame ${at}`, "plain", { coldAt: at });
    }),
  ];
}

function patches({ profile, patches = {} }: Subject): Trial[] {
  return (profile?.patches ?? []).map(({ name }) => ({
    id: `patch ${name} ${patches[name] ? "off" : "on"}`,
    kind: "patch",
    treatment: "plain",
    patches: { ...patches, [name]: !patches[name] },
    pin: `the patch ${name} as the recording has it`,
  }));
}

/** What a profile puts back, and what its events write: does the run depend on it? */
function outside({ profile, frames }: Subject): Trial[] {
  const trial = (id: string, at: string, places: readonly Span[], pin: string): Trial => ({
    id,
    kind: "outside",
    treatment: "plain",
    touchedOnly: true,
    written: { frame: at === "start" ? 0 : frames >> 1, places },
    pin,
  });
  return [
    ...(profile?.restore ?? []).map(({ name, kind, at, region, address, length }) =>
      trial(`${kind} "${name}" written over`, at[0]!, [{ region, address, length }], "put back by the profile"),
    ),
    ...(profile?.events ?? [])
      .filter(({ capture }) => capture.length > 0)
      .map(({ name, capture, at }) =>
        trial(`event "${name}" from outside`, at, capture, "record it: the profile's events"),
      ),
  ];
}

function options({ options, settings }: Subject): Trial[] {
  return options
    .filter((option) => !isFill(option) && option.key !== CLOCK)
    .flatMap(({ key, values }): Trial[] => {
      const pin = `--set ${key}=${settings[key]}`;
      const named = values.map((value) => (value === "WIDTHxHEIGHT" ? "640x480" : value));
      const concrete = [...new Set(named)].filter((value) => !/INTEGER|PATH/.test(value));
      const others = concrete.filter((value) => value !== settings[key]);
      const chosen = others.length <= FEW ? others : [others[0]!, others[others.length >> 1]!, others.at(-1)!];
      if (chosen.length === 0) {
        const untried = values.length > concrete.length ? "an open value: nothing to choose from" : "it has one value";
        return [{ id: `option ${key}`, kind: "option", treatment: "plain", pin, untried }];
      }
      return chosen.map((value) => ({
        id: `option ${key}=${value}`,
        kind: "option",
        treatment: "plain",
        settings: { [key]: value },
        pin,
      }));
    });
}
