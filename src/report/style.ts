const light = `
--page: #fbfaf8; --card: #ffffff; --ink: #23262d; --soft: #626773; --line: #e3e1dc; --tint: #f3f1ed;
--expected: #a9b6cb; --actual: #0b6e7f; --bad: #b3261e; --good: #1f6f43; --repair: #a85500; --seam: #6a4fb3;
--badwash: #fdeceb; --goodwash: #e9f5ee; --mark: #fff0c9;`;

const dark = `
--page: #15171b; --card: #1c1f25; --ink: #e5e6ea; --soft: #9da3b0; --line: #30343c; --tint: #23272e;
--expected: #55637c; --actual: #58c4d6; --bad: #ff8a80; --good: #7bd3a0; --repair: #f0a64e; --seam: #b49cf5;
--badwash: #3a2022; --goodwash: #1b3226; --mark: #4b3d16;`;

/** The page's look: two palettes, one column, nothing that moves. */
export const style = `
:root { color-scheme: light dark; ${light} }
@media screen and (prefers-color-scheme: dark) { :root:not([data-print]) { ${dark} } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { max-width: 66rem; margin: 0 auto; padding: 2.5rem clamp(1rem, 4vw, 2.5rem) 5rem; }
h1, h2, h3 { line-height: 1.2; text-wrap: balance; overflow-wrap: anywhere; }
h1 { margin: .1rem 0 1.1rem; font-size: clamp(1.6rem, 4.5vw, 2.3rem); letter-spacing: -.02em; }
h2 { margin: 0 0 .5rem; font-size: 1.3rem; letter-spacing: -.01em; }
h3 { margin: 1.2rem 0 .3rem; font-size: 1.02rem; }
p { margin: .4rem 0 .9rem; max-width: 46rem; overflow-wrap: anywhere; }
section { margin-top: 3rem; }
.kind, .soft, .hint, .near, dt { color: var(--soft); }
.kind { margin: 0; font-size: .9rem; }
.hint { font-size: .86rem; }
code { font: .88em/1.5 ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", Menlo, monospace; overflow-wrap: anywhere; }
.verdict { display: flex; gap: .8rem; align-items: flex-start; max-width: none; margin: 0 0 1.4rem; padding: .9rem 1.1rem; border-radius: .6rem; }
.verdict.ok { background: var(--goodwash); } .verdict.bad { background: var(--badwash); }
.verdict .sign { flex: none; width: 1.55rem; height: 1.55rem; border-radius: 50%; text-align: center; line-height: 1.55rem; font-weight: 700; color: var(--card); }
.verdict.ok .sign { background: var(--good); } .verdict.bad .sign { background: var(--bad); }
.numbers { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.2rem, 1fr)); gap: 1px; margin: 0; background: var(--line); border: 1px solid var(--line); border-radius: .6rem; overflow: hidden; }
.numbers div { display: flex; flex-direction: column-reverse; padding: .75rem 1rem; background: var(--card); }
.numbers dd { margin: 0; font-size: 1.3rem; font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap; }
.numbers dt { font-size: .84rem; }
.bar { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: .3rem 1rem; align-items: center; justify-content: space-between; padding: .45rem 0; background: var(--page); }
.buttons { display: flex; gap: .35rem; }
button { min-width: 2.2rem; min-height: 2.2rem; padding: .2rem .7rem; font: inherit; font-size: .92rem; color: var(--ink); background: var(--card); border: 1px solid var(--line); border-radius: .45rem; cursor: pointer; }
button:hover { border-color: var(--soft); }
button.goto { min-width: 0; min-height: 0; padding: 0; border: 0; background: none; color: var(--actual); font-weight: 600; text-decoration: underline; text-underline-offset: .18em; }
:focus-visible { outline: 2px solid var(--actual); outline-offset: 2px; border-radius: .3rem; }
#where { min-height: 1.4em; font-size: .9rem; font-variant-numeric: tabular-nums; color: var(--soft); }
canvas { display: block; width: 100%; touch-action: pan-y; }
#map { height: 34px; background: var(--tint); border-radius: .4rem; cursor: ew-resize; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; margin: .5rem 0 .9rem; padding: 0; list-style: none; font-size: .86rem; color: var(--soft); }
.legend li::before { content: ""; display: inline-block; width: 1rem; height: .22rem; margin-right: .4rem; vertical-align: .22em; background: var(--c); }
.legend .expected { --c: var(--expected); } .legend .expected::before { height: .4rem; vertical-align: .12em; }
.legend .actual { --c: var(--actual); } .legend .differs { --c: var(--bad); } .legend .repair { --c: var(--repair); } .legend .seam { --c: var(--seam); }
.plot { margin: 0 0 .7rem; padding: .55rem .7rem .35rem; background: var(--card); border: 1px solid var(--line); border-radius: .6rem; }
.plot figcaption { display: flex; flex-wrap: wrap; gap: 0 .7rem; align-items: baseline; font-size: .86rem; }
.plot b { font-size: .95rem; overflow-wrap: anywhere; }
.plot output { flex: 1 0 14rem; min-height: 1.55em; text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.plot canvas { height: 96px; cursor: crosshair; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: .6rem; background: var(--card); }
.scroll table { min-width: 34rem; }
table { width: 100%; border-collapse: collapse; font-size: .92rem; }
th, td { padding: .5rem .8rem; text-align: left; vertical-align: top; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
thead th { border-top: 0; font-weight: 500; font-size: .86rem; color: var(--soft); white-space: nowrap; }
tbody th { font-weight: 500; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.reading { white-space: nowrap; font-variant-numeric: tabular-nums; } .arrow { color: var(--soft); } .reading b { color: var(--bad); }
.here > * { background: var(--badwash); } b.bad { color: var(--bad); }
.boots th { width: 34%; } .boots td { width: 33%; min-width: 9rem; }
mark { padding: .08em .3em; border-radius: .25em; color: inherit; background: var(--mark); }
details { margin-top: .8rem; } summary { padding: .3rem 0; cursor: pointer; color: var(--soft); }
article { padding: .1rem 0 .6rem; } article + article { border-top: 1px solid var(--line); }
article h3 .soft { font-weight: 400; } .unfit strong { color: var(--bad); }
.strip { display: flex; gap: .4rem; align-items: stretch; overflow-x: auto; padding: .2rem .2rem .4rem; }
.strip figure { flex: 1 0 7rem; max-width: 20rem; min-width: 0; margin: 0; }
.strip img { display: block; width: 100%; height: auto; border-radius: .3rem; background: var(--tint); }
.strip figcaption { font-size: .82rem; text-align: center; color: var(--soft); font-variant-numeric: tabular-nums; }
.cut { flex: none; width: 1.6rem; position: relative; margin-bottom: 1.4rem; background: linear-gradient(var(--seam), var(--seam)) center / 2px 100% no-repeat; }
.cut span { position: absolute; top: 50%; left: 50%; padding: .1rem .3rem; font-size: .74rem; color: var(--seam); background: var(--page); transform: translate(-50%, -50%); }
.proof { display: flex; flex-wrap: wrap; gap: .1rem 1.3rem; margin: .3rem 0 .6rem; font-size: .86rem; }
.proof div { display: flex; gap: .4rem; } .proof dd { margin: 0; font-variant-numeric: tabular-nums; }
.speed { width: auto; min-width: min(100%, 26rem); } .speed tr:first-child > * { border-top: 0; } .meter { width: 60%; } meter { width: 100%; height: .7rem; }
meter::-webkit-meter-bar { height: .5rem; border: 0; border-radius: .3rem; background: var(--tint); }
meter::-webkit-meter-optimum-value { border-radius: .3rem; background: var(--actual); }
meter::-moz-meter-bar { border-radius: .3rem; background: var(--actual); }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .3rem 1.4rem; margin: 0; } .facts dd { margin: 0; overflow-wrap: anywhere; }
.unpinned li::marker { color: var(--repair); content: "△  "; }
@media (max-width: 34rem) {
  main { padding-top: 1.4rem; } section { margin-top: 2.2rem; }
  .facts { grid-template-columns: 1fr; gap: 0; } .facts dd { margin-bottom: .5rem; }
  .plot output { flex-basis: 100%; text-align: left; } .plot canvas { height: 84px; }
  th, td { padding: .45rem .6rem; }
}
@media print {
  body { font-size: 11px; } main { max-width: none; padding: 0; }
  .bar, .hint { display: none; } section { margin-top: 1.4rem; }
  .plot, article, tr, figure { break-inside: avoid; } h2, h3 { break-after: avoid; }
  .scroll, .strip { overflow: visible; } .scroll table { min-width: 0; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
