import type { Command, FrameSource, News } from "./source.ts";
import { Hand } from "./worker-source.ts";

/** A worker of this page that shows Slippi recordings: they hold what came of a game, so no core plays it. */
export class SlpSource implements FrameSource {
  onNews: (news: News) => void = () => {};
  readonly #hand: Hand;

  /** `script`: the worker's, beside the component's own. */
  constructor(script: URL) {
    this.#hand = new Hand(script, "instep slp", (news) => this.onNews(news));
  }

  tell(command: Command): void {
    // There is no sound in them.
    if (command.do !== "sound") this.#hand.tell(command, command.do === "screen" ? [command.canvas] : []);
  }

  close(): void {
    this.onNews = () => {};
    this.#hand.close();
  }
}
