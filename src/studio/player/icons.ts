import { html, type TemplateResult } from "lit";

const icon = (path: string): TemplateResult =>
  html`<svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true"><path d=${path} /></svg>`;

/** Drawn on a grid of 24. */
export const ICONS = {
  play: icon("M8 5.1v13.8c0 .8.9 1.3 1.6.9l10.6-6.9c.6-.4.6-1.4 0-1.8L9.6 4.2C8.9 3.8 8 4.3 8 5.1z"),
  pause: icon("M7 5h3.5v14H7zM13.5 5H17v14h-3.5z"),
  back: icon("M6 5h2.4v14H6zM18.5 5.9v12.2c0 .7-.8 1.1-1.4.7L9.4 12.7a.9.9 0 0 1 0-1.4l7.7-6.1c.6-.4 1.4 0 1.4.7z"),
  on: icon("M15.6 5H18v14h-2.4zM5.5 5.9v12.2c0 .7.8 1.1 1.4.7l7.7-6.1a.9.9 0 0 0 0-1.4L6.9 5.2c-.6-.4-1.4 0-1.4.7z"),
  loop: icon(
    "M7 7h9v2.8l4.5-3.9L16 2v3H7a4 4 0 0 0-4 4v3h2V9a2 2 0 0 1 2-2zm10 10H8v-2.8L3.5 18.1 8 22v-3h9a4 4 0 0 0 4-4v-3h-2v3a2 2 0 0 1-2 2z",
  ),
  sound: icon(
    "M4 9.5v5h3.5L12 19V5L7.5 9.5zM15 8.2v7.6a4.3 4.3 0 0 0 0-7.6zm0-4.2v2.1a6.2 6.2 0 0 1 0 11.8V20a8.2 8.2 0 0 0 0-16z",
  ),
  muted: icon(
    "M4 9.5v5h3.5L12 19V5L7.5 9.5zM20.7 9.7l-1.4-1.4L17 10.6l-2.3-2.3-1.4 1.4 2.3 2.3-2.3 2.3 1.4 1.4 2.3-2.3 2.3 2.3 1.4-1.4-2.3-2.3z",
  ),
  full: icon("M4 9V4h5v2H6v3zm11-5h5v5h-2V6h-3zM6 15v3h3v2H4v-5zm12 0h2v5h-5v-2h3z"),
  small: icon("M7 4h2v5H4V7h3zm8 0h2v3h3v2h-5zM4 15h5v5H7v-3H4zm11 0h5v2h-3v3h-2z"),
  keys: icon(
    "M4 6h16a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V8c0-1.1.9-2 2-2zm1 3v2h2V9zm4 0v2h2V9zm4 0v2h2V9zm4 0v2h2V9zM7 13v2h10v-2z",
  ),
  close: icon("M6.4 5 5 6.4l5.6 5.6L5 17.6 6.4 19l5.6-5.6 5.6 5.6 1.4-1.4-5.6-5.6L19 6.4 17.6 5 12 10.6z"),
  file: icon("M6 3h8l5 5v11a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V5c0-1.1.9-2 2-2zm7 1.8V9h4.2z"),
  warning: icon(
    "M12 3.5c.5 0 .9.3 1.1.7l8.2 14.5c.5.9-.1 1.8-1.1 1.8H3.8c-1 0-1.6-1-1.1-1.8L10.9 4.2c.2-.4.6-.7 1.1-.7zM11 9v6h2V9zm0 7.5v2h2v-2z",
  ),
};
