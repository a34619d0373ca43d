/** Most games' frames a second. */
const FRAME_MS = 1000 / 60;
const ms = (frames: number): string => `${Math.round(frames * FRAME_MS)} ms`;
const counted = (frames: number): string => (frames === 1 ? "one frame" : `${frames} frames`);

/** What a delay and a window of frames do to a game, in words; an undefined delay follows the network. */
export function explained(delay: number | undefined, window: number): string {
  const late =
    delay === undefined
      ? "How long a press takes to be seen follows the ping, by a frame at a time."
      : delay === 0
        ? "What you press is seen at once."
        : `What you press is seen ${counted(delay)} (${ms(delay)}) later: the others' presses have that long to arrive, so up to a ping of ${ms(2 * delay)} nobody notices the network.`;
  const guess =
    window === 0
      ? "A press that comes later stops the game until it is here: it never guesses."
      : `While one is missing the game goes on with a guess for up to ${counted(window)} (${ms(window)}). A wrong guess is played again at once, which shows as a small jump; after that it waits.`;
  return `${late} ${guess}`;
}
