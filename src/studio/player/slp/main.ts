import type { Command, News } from "../source.ts";
import { SlpShow } from "./show.ts";

/** What a worker's own scope has: TypeScript's declarations here are a page's. */
const scope = globalThis as unknown as { postMessage(news: News | "here", transfer?: Transferable[]): void };

const show = new SlpShow((news) =>
  scope.postMessage(news, news.news === "thumbnail" || news.news === "poster" ? [news.picture] : []),
);

addEventListener("message", ({ data }: MessageEvent<Command>) => {
  try {
    show.obey(data);
  } catch (error) {
    const { name, message } = error as Error;
    const line = name === "Problem" ? message : `the player stumbled over this file: ${message}`;
    scope.postMessage({ news: "fault", line });
  }
});

scope.postMessage("here");
