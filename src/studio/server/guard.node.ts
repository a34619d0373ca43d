import { randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { Refusal } from "./fault.node.ts";

/** Header with the token, for programs; pages have a cookie. */
const HEADER = "x-instep-token";

/**
 * Who may ask for what. A page gets the token by the address that was printed, and a cookie for it. What names another
 * host (a name that was made to lead here), or comes from another site's page, is refused before anything is looked at.
 */
export class Guard {
  readonly token = randomBytes(24).toString("base64url");
  /** Set once the port is known. */
  port = 0;

  get #hosts(): readonly string[] {
    return [`127.0.0.1:${this.port}`, `localhost:${this.port}`];
  }

  /** Cookies know no ports: each studio has a name of its own for it. */
  get #cookie(): string {
    return `instep-${this.port}`;
  }

  get cookieHeader(): string {
    return `${this.#cookie}=${this.token}; Path=/; HttpOnly; SameSite=Strict`;
  }

  /** Throws a Refusal for another host or another site's page. */
  checkHost({ headers, method }: IncomingMessage, upgrade = false): void {
    const host = headers.host ?? "";
    if (!this.#hosts.includes(host)) throw new Refusal(421, "this address is not the studio's");
    const { origin } = headers;
    if (origin !== undefined && origin !== `http://${host}`)
      throw new Refusal(403, "another site's page may not ask the studio");
    const reads = (method === "GET" || method === "HEAD") && !upgrade;
    if (!reads && origin === undefined && headers[HEADER] === undefined)
      throw new Refusal(403, "a request that changes something says where it comes from");
  }

  /** Throws a Refusal where the request does not know the token. */
  checkToken({ headers }: IncomingMessage): void {
    const cookie = (headers.cookie ?? "").split(/;\s*/).find((one) => one.startsWith(`${this.#cookie}=`));
    const given = headers[HEADER] ?? cookie?.slice(this.#cookie.length + 1) ?? "";
    if (!this.knows(String(given)))
      throw new Refusal(401, "open the studio by the address that it printed: it holds the token");
  }

  knows(given: string): boolean {
    const [a, b] = [Buffer.from(given), Buffer.from(this.token)];
    return a.length === b.length && timingSafeEqual(a, b);
  }
}
