/** What reports of Slippi recordings look like, besides the style of all reports. */
export const slpStyle = `
#stage { height: min(62vw, 30rem); background: var(--card); border: 1px solid var(--line); border-radius: .6rem; }
#seek { height: 34px; background: var(--tint); border-radius: .4rem; cursor: ew-resize; touch-action: none; }
select { font: inherit; font-size: .92rem; color: var(--ink); background: var(--card); border: 1px solid var(--line); border-radius: .45rem; min-height: 2.2rem; }
.legend .lost::before { width: .5rem; height: .5rem; border-radius: 50%; vertical-align: 0; background: var(--soft); }
.pads { display: grid; grid-template-columns: repeat(auto-fill, minmax(19rem, 1fr)); gap: .7rem; }
.pads.two { grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); }
.pad { padding: .5rem .8rem .6rem; background: var(--card); border: 1px solid var(--line); border-radius: .6rem; }
.pad.differs { border-color: var(--bad); box-shadow: inset 0 0 0 1px var(--bad); }
.pad h3 { margin: 0 0 .2rem; font-size: .95rem; } .pad h3 .soft { font-weight: 400; }
.pad output { display: block; min-height: 2.9em; font-size: .84rem; line-height: 1.45; color: var(--soft); font-variant-numeric: tabular-nums; }
.pad canvas { height: 52px; }
.port { display: inline-block; width: 1.35em; border-radius: 50%; text-align: center; line-height: 1.35em; font-size: .85em; color: #fff; background: #767b85; }
.p1 { background: #cf3f3f; } .p2 { background: #2f6fd0; } .p3 { background: #b98700; } .p4 { background: #23915a; } .p5 { background: #8457cc; }
@media print { #seek, .pads { display: none; } }
`;
