// The layout's rule: imports point down only. Each room may import itself and the rooms after it in this list.
const rooms = [
  "cli",
  "studio",
  "report",
  "netplay",
  "dump",
  "audit",
  "follow",
  "replay",
  "movie",
  "watch",
  "history",
  "machine",
];
const above = (i) => `^src/(${rooms.slice(0, i).join("|")})/`;
/** Rooms that run in Node and in the browser alike: Node's modules only in files that say so by their name. */
const everywhere = "^src/(machine|watch|history|movie|replay|follow)/";
module.exports = {
  forbidden: [
    ...rooms.slice(1).map((room, i) => ({
      name: `${room}-imports-down`,
      severity: "error",
      from: { path: `^src/${room}/` },
      to: { path: above(i + 1) },
    })),
    {
      name: "ground-is-ground",
      severity: "error",
      from: { path: "^src/[^/]+\\.ts$", pathNot: "^src/index\\.ts$" },
      to: { path: "^src/[^/]+/" },
    },
    {
      name: "a-room-for-each-idea",
      comment: "a new folder in src takes its place in the list of rooms",
      severity: "error",
      from: { path: "^src/[^/]+/", pathNot: `^src/(${rooms.join("|")})/` },
      to: {},
    },
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "node-only-where-named",
      comment: "a file that needs Node says so: *.node.ts, or the folders libretro/, mupen64plus/ and instance/",
      severity: "error",
      from: { path: everywhere, pathNot: "(\\.node\\.ts$|^src/machine/(libretro|mupen64plus|instance)/)" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "no-node-files-from-shared-ones",
      comment: "a dynamic import may be: it is what a file does that has looked where it runs",
      severity: "error",
      from: { path: everywhere, pathNot: "(\\.node\\.ts$|^src/machine/(libretro|mupen64plus|instance)/)" },
      to: {
        path: "(\\.node\\.ts$|^src/machine/(libretro|mupen64plus|instance)/|koffi|node-av)",
        dependencyTypesNot: ["type-only"],
        dynamic: false,
      },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|test)/" },
  },
};
