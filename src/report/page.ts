import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { Html, html, jsonData } from "./html.ts";
import { type PlotData, script as plotScript } from "./plots.ts";
import { style } from "./style.ts";

/** A report: what is over its fold, its sections, and what its plots show. */
export interface Page {
  /** What kind of report it is, over the title. */
  readonly kind: string;
  readonly title: string;
  /** One sentence for people. */
  readonly verdict: {
    readonly ok: boolean;
    readonly text: string;
    /** In place of "In step." and "Not in step." */
    readonly word?: string;
  };
  readonly top: Html;
  readonly sections: readonly (Html | undefined)[];
  readonly plots?: PlotData;
  /** What the page has in place of plots: a script of its own, and the data that it shows. */
  readonly view?: { readonly script: string; readonly data: unknown; readonly style: string };
}

/** A report as one HTML file that needs nothing but itself. */
export function writePage({ kind, title, verdict, top, sections, plots, view }: Page): string {
  const script = view?.script ?? plotScript;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${policy(script)}">
<title>${title} · Instep</title>
<link rel="icon" href="data:,">
<style>${new Html(style + (view?.style ?? ""))}</style>
</head>
<body>
<main>
<header>
<p class="kind">${kind}</p>
<h1>${title}</h1>
<p class="verdict ${verdict.ok ? "ok" : "bad"}"><span class="sign" aria-hidden="true">${verdict.ok ? "✓" : "!"}</span> <span><strong>${verdict.word ?? (verdict.ok ? "In step." : "Not in step.")}</strong> ${verdict.text}</span></p>
${top}
</header>
${sections}
</main>
${jsonData("data", view?.data ?? plots)}
<script>${new Html(script)}</script>
</body>
</html>
`;
  return page.text;
}

/** The page may load nothing, and run no script but its own. */
function policy(script: string): string {
  const hash = Buffer.from(sha256(utf8ToBytes(script))).toString("base64");
  return `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
}
