// A page that is nothing but the player: its address says what is opened (?src=match.isr&rom=game.nes).
const player = document.querySelector("instep-player")!;
for (const [name, value] of new URLSearchParams(location.search))
  if (/^(src|rom|against|core)$/.test(name)) player.setAttribute(name, value);
const src = player.getAttribute("src");
if (src)
  document.title = `${src
    .split("/")
    .at(-1)!
    .replace(/\.[^.]*$/, "")} · Instep`;
