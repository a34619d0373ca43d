const FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";

/** Tells on stderr what goes on: a line that turns while a person watches, else one plain line. Returns what ends it. */
export function progress(title) {
  const { stderr } = process;
  if (!stderr.isTTY) {
    stderr.write(`instep: ${title}\n`);
    return () => {};
  }
  const started = Date.now();
  let turn = 0;
  const draw = () => {
    const seconds = Math.round((Date.now() - started) / 1000);
    stderr.write(`\r\x1b[2K${FRAMES[turn++ % FRAMES.length]} instep: ${title} ${seconds ? `${seconds} s` : ""}`);
  };
  draw();
  const timer = setInterval(draw, 100);
  return () => {
    clearInterval(timer);
    stderr.write("\r\x1b[2K");
  };
}
