import { join } from "node:path";
import { expect, test } from "vitest";
import { instep, scratch } from "../support/cli.ts";
import { ZOO } from "./zoo-movie.ts";

const folder = scratch();
const profile = ZOO.replace("zoo.nes", "profile.json");
const explain = ["explain", "--rom", ZOO, "--core", "nestopia", "--frames", "20"];
const audit = ["audit", ZOO, "--core", "nestopia"];

test.for<[string, string[], RegExp]>([
  ["a patch without its profile", [...explain, "--b", "patch:safe stack=on"], /patch:safe stack names a patch .*--profile/],
  ["a patch half on", [...explain, "--profile", profile, "--b", "patch:safe stack=half"], /half: on or off is meant/],
  ["a patch that is none", [...explain, "--profile", profile, "--b", "patch:no=on"], /no patch "no"; it has "neutral/],
  ["nothing that differs", explain, /say in what the two differ/],
  ["one recording", ["explain", join(folder, "a.isr")], /give the recording that parts from it too/],
  ["no frames", [...audit, "--frames", "0"], /--frames.*'0' .*from 1 on/],
  ["a trial that is none", [...audit, "--frames", "20", "--only", "weather"], /no trial has "weather" in its name/],
])("%s is told in one line", ([, args, says]) => {
  const { code, err } = instep(...args);
  const lines = err.split("\n").filter((line) => line.startsWith("instep: "));
  expect(lines).toEqual([expect.stringMatching(says)]);
  expect(code).toBe(2);
}); // biome-ignore format: a table
