import { svg, type TemplateResult } from "lit";

const icon = (paths: TemplateResult): TemplateResult => svg`<svg viewBox="0 0 24 24" aria-hidden="true">${paths}</svg>`;

/** The mark, as on the page for netplay. */
export const mark = svg`<svg viewBox="0 0 28 28" aria-hidden="true"><rect width="28" height="28" rx="7" fill="#0b6e7f"/><path d="M7 6h4v16H7zM17 6h4v16h-4z" fill="#fff"/><path d="M11 12h6v4h-6z" fill="#f0a64e"/></svg>`;

export const icons = {
  library: icon(
    svg`<path d="M4 5h4v14H4zM10 5h4v14h-4zM16.5 5.6l3.4-.9 3.1 13.6-3.6.8z" transform="translate(-1.5)"/>`,
  ),
  play: icon(
    svg`<rect x="3" y="7" width="18" height="11" rx="4"/><path d="M8 10.5v4M6 12.5h4M15.5 11.5h.01M18 13.5h.01"/>`,
  ),
  compare: icon(svg`<path d="M12 4v16M4 7h5v10H4zM15 7h5v10h-5z"/>`),
  sync: icon(
    svg`<path d="M4 9c2.7-4.2 5.300-4.200 8 0s5.300 4.200 8 0M4 16c2.700-4.200 5.300-4.200 8 0s5.300 4.200 8 0"/>`,
  ),
  netplay: icon(svg`<circle cx="7" cy="8" r="3"/><circle cx="17" cy="16" r="3"/><path d="M9.500 10l5 4"/>`),
  jobs: icon(svg`<path d="M5 6h14M5 12h9M5 18h11"/><path d="M17 11l2 1.500-2 1.500z"/>`),
} as const;
