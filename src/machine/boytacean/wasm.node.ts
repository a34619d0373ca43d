// Default imports: a bundler for browsers puts empty modules in their place, which have no named exports.
import fs from "node:fs";
import module from "node:module";

export function wasmBytes(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(fs.readFileSync(module.createRequire(import.meta.url).resolve("boytacean/boytacean_bg.wasm")));
}
