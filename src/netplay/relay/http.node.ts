import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Page } from "./page.node.ts";

/** Answers what is asked over plain HTTP: the metrics, whether the relay is well, and the page where there is one. */
export const answer =
  (page: Page | undefined, metrics: () => string): RequestListener =>
  (request: IncomingMessage, response: ServerResponse) => {
    const path = (request.url ?? "").split("?")[0]!;
    response.setHeader("x-content-type-options", "nosniff");
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.writeHead(405, { allow: "GET, HEAD", connection: "close" }).end();
    } else if (path === "/metrics") {
      response.setHeader("content-type", "text/plain; version=0.0.4");
      response.end(metrics());
    } else if (path === "/healthz") {
      response.setHeader("content-type", "text/plain");
      response.end("ok\n");
    } else if (!page?.answer(decoded(path), request, response)) {
      response.writeHead(404, { "content-type": "text/plain" }).end("Nothing is here but a relay.\n");
    }
  };

/** The client's address, with `proxied` as the proxy says it. */
export function addressOf(request: IncomingMessage, proxied = false): string {
  const forwarded = proxied ? String(request.headers["x-forwarded-for"] ?? "") : "";
  // The last is the one that the proxy itself saw; those before are hearsay.
  return forwarded.split(",").at(-1)!.trim() || (request.socket.remoteAddress ?? "");
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
