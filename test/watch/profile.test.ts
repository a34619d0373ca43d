import { describe, expect, it } from "vitest";
import type { MemoryRegion } from "../../src/machine/machine.ts";
import { checkProfile, defaultProfile, parseProfile } from "../../src/watch/profile.ts";

const ram: MemoryRegion = { name: "ram", base: 0xc000, size: 0x2000, bytes: new Uint8Array(0x2000), endian: "little" };
const parse = (value: unknown) => parseProfile("game.json", JSON.stringify(value));

describe("a profile", () => {
  it("takes addresses as numbers, as 0x.. and as $..", () => {
    const probes = [49152, "0xC000", "$c000"].map((address, i) => ({
      name: `p${i}`,
      region: "ram",
      address,
      type: "u8",
    }));
    expect(parse({ game: "g", probes }).probes.map((p) => p.address)).toEqual([0xc000, 0xc000, 0xc000]);
  });

  it("says where a fault is, in one line", () => {
    expect(() => parseProfile("game.json", "{")).toThrow(/^game\.json: not JSON: [^\n]*$/);
    expect(() => parse({ game: "g", probes: [{ name: "x", region: "ram", address: "12", type: "u8" }] })).toThrow(
      /^game\.json: probes\.0\.address: /,
    );
    expect(() => parse({ game: "g", probes: [{ name: "x", region: "ram", address: 1, type: "u9" }] })).toThrow(
      /probes\.0\.type/,
    );
    expect(() => parse({ game: "g", colour: 1 })).toThrow(/^game\.json: /);
    expect(() => parse({ game: "g" })).toThrow("watches nothing");
    expect(() => parse({ game: "", fingerprint: { regions: ["ram"] } })).toThrow("name is missing");
    const twin = { name: "x", region: "ram", address: 1, type: "u8" };
    expect(() => parse({ game: "g", probes: [twin, twin] })).toThrow('two probes are named "x"');
  });

  it("is refused when its region or address is not the machine's", () => {
    const at = (address: number, region = "ram", type = "u8") =>
      parse({ game: "g", probes: [{ name: "x", region, address, type }] });
    expect(() => checkProfile("p", at(0xc000, "wram"), [ram])).toThrow('no region "wram"; this core has ram');
    expect(() => checkProfile("p", at(0xbfff), [ram])).toThrow('0xbfff is outside "ram" (0xc000 to 0xdfff)');
    expect(() => checkProfile("p", at(0xdfff, "ram", "u16"), [ram])).toThrow("outside");
    expect(() => checkProfile("p", at(0xdffe, "ram", "u16"), [ram])).not.toThrow();
    const print = (from: number, length: number) =>
      parse({ game: "g", fingerprint: { regions: [{ region: "ram", from, length }] } });
    expect(() => checkProfile("p", print(0xd000, 0x1001), [ram])).toThrow("outside");
    expect(() => checkProfile("p", print(0xd000, 0x1000), [ram])).not.toThrow();
  });

  it("without a file, is the fingerprint of system RAM", () => {
    expect(defaultProfile([{ ...ram, name: "vram" }, ram]).fingerprint?.regions).toEqual([{ region: "ram" }]);
    const gba = ["save", "iwram", "ewram", "vram"].map((name) => ({ ...ram, name }));
    expect(defaultProfile(gba).fingerprint?.regions).toEqual([{ region: "iwram" }, { region: "ewram" }]);
    expect(() => defaultProfile([])).toThrow("shows no memory");
  });
});
