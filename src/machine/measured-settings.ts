// What options of cores were seen to change, over all games of docs/determinism.md. `node scripts/determinism.mjs` writes this file.
export const MEASURED: Readonly<
  Record<string, { readonly run: readonly string[]; readonly output: readonly string[] }>
> = {};
