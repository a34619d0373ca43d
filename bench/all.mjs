// npm run bench [-- step align dump memory record seek rollback netplayjs slp movies link cross-core n64 audit]: prints ratios, each against something measured in the same run.
const names = process.argv.slice(2);
for (const name of names.length
  ? names
  : ["step", "align", "dump", "memory", "record", "seek", "rollback", "netplayjs", "slp", "movies"]) {
  const { run } = await import(`./${name}.mjs`);
  await run((what, ratio, aim, detail) => console.log(`${ratio.toFixed(3).padStart(7)}  ${what}  (${aim}; ${detail})`));
}
process.exit(0);
