import { mkdtempSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Problem } from "../../src/problem.ts";
import { CborReader } from "../../src/replay/isr-cbor.ts";
import { readHeader } from "../../src/replay/isr-header.ts";
import { itemOf, LINK, OBSERVED, SIGNATURE } from "../../src/replay/isr-items.ts";
import { openKey } from "../../src/replay/keys.node.ts";
import { checkProof } from "../../src/replay/proof.ts";
import { writeFull } from "../golden/isr-v1-full.ts";

const file = writeFull();

interface Piece {
  readonly kind: unknown;
  readonly bytes: Uint8Array;
}

/** The file's header and items. */
function pieces(): Piece[] {
  const { end } = readHeader("a.isr", file, false)!;
  const reader = new CborReader(file, end);
  const all: Piece[] = [{ kind: "header", bytes: file.subarray(0, end) }];
  while (!reader.done) {
    const start = reader.at;
    const [kind] = reader.value() as unknown[];
    all.push({ kind, bytes: file.subarray(start, reader.at) });
  }
  return all;
}

const check = (bytes: Uint8Array) => checkProof("a.isr", bytes);
const joined = (all: readonly Piece[]) => Buffer.concat(all.map(({ bytes }) => bytes));
const isSound = (bytes: Uint8Array): boolean => {
  const { broken, players, linkedTo } = check(bytes);
  return !broken && linkedTo === 99 && players.length === 1 && players[0]!.valid && players[0]!.signedTo === 99;
};

describe("the proof of a recording", () => {
  it("holds for the file as it was written, and for what was appended later, up to where it was signed", () => {
    expect(isSound(file)).toBe(true);
    const unsigned = itemOf([OBSERVED, 100, 5, new Uint8Array(3), new Uint8Array(40)]);
    const longer = check(Buffer.concat([file, unsigned]));
    expect(longer.players[0]).toMatchObject({ valid: true, signedTo: 99 });
  });

  it("does not hold when any byte before the last signature was changed, even with its item's check made anew", () => {
    const signed = joined(pieces().slice(0, pieces().findLastIndex(({ kind }) => kind === SIGNATURE) + 1));
    fc.assert(
      fc.property(fc.nat(signed.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const hurt = Uint8Array.from(file);
        hurt[at]! ^= change;
        let sound: boolean;
        try {
          sound = isSound(hurt);
        } catch (error) {
          expect(error).toBeInstanceOf(Problem);
          sound = false;
        }
        expect(sound).toBe(false);
      }),
      { numRuns: 300 },
    );
    const all = pieces();
    const at = all.findIndex(({ kind }) => kind === OBSERVED);
    const item = new CborReader(all[at]!.bytes, 0, true).value() as unknown[];
    (item[4] as Uint8Array)[8]! ^= 1;
    const forged = itemOf(item.slice(0, -1));
    const told = check(joined(all.with(at, { kind: OBSERVED, bytes: forged })));
    expect(told.broken).toEqual({
      offset: joined(
        all.slice(
          0,
          all.findIndex(({ kind }) => kind === LINK),
        ),
      ).length,
      frame: 59,
    });
    expect(told.links).toBe(0);
  });

  it("does not hold when a block was left out, put elsewhere, or a link made anew without the key", () => {
    const all = pieces();
    const blocks = all.flatMap(({ kind }, i) => (kind === OBSERVED ? [i] : []));
    expect(isSound(joined(all.toSpliced(blocks[1]!, 1)))).toBe(false);
    expect(isSound(joined(all.with(blocks[0]!, all[blocks[1]!]!).with(blocks[1]!, all[blocks[0]!]!)))).toBe(false);
    const signatures = all.flatMap(({ kind }, i) => (kind === SIGNATURE ? [i] : []));
    const [, , , signature] = new CborReader(all[signatures[0]!]!.bytes).value() as unknown[];
    const stale = all.with(signatures[1]!, { kind: SIGNATURE, bytes: itemOf([SIGNATURE, 0, 1, signature]) });
    expect(check(joined(stale)).players[0]).toMatchObject({ valid: false, signedTo: 59 });
    // Left out, it is seen how far the player signed.
    expect(check(joined(all.toSpliced(signatures[1]!, 1))).players[0]).toMatchObject({ valid: true, signedTo: 59 });
  });

  it("signs with a key that openssl reads, made when it is not there, and refuses a file that holds none", () => {
    const folder = mkdtempSync(join(tmpdir(), "instep-keys-"));
    const path = join(folder, "ada.pem");
    const made = openKey(path);
    expect(made.made).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const again = openKey(path);
    expect([again.made, again.publicKey]).toEqual([false, made.publicKey]);
    expect(again.sign(Uint8Array.of(1, 2))).toEqual(made.sign(Uint8Array.of(1, 2)));
    writeFileSync(join(folder, "no.pem"), "nothing");
    expect(() => openKey(join(folder, "no.pem"))).toThrow(/no\.pem: holds no Ed25519 private key; /);
    expect(() => openKey(join(folder, "none", "x.pem"))).toThrow(/x\.pem: the new key cannot be written \(ENOENT\)/);
  });
});
