import init, { type InitOutput, initSync } from "boytacean";

/** The one wasm instance of this process or page; every Game Boy lives in its memory. */
export async function loadWasm(): Promise<InitOutput> {
  // Browsers fetch the file that lies beside the module; Node cannot fetch files.
  if (typeof process === "undefined" || !process.versions?.node) return init();
  const { wasmBytes } = await import("./wasm.node.ts");
  return initSync({ module: wasmBytes() });
}
