import type { IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { Relay } from "../../netplay/relay/relay.node.ts";

/** Where others find the page that plays together. */
export interface NetplayState {
  /** On this computer only, or, once it was opened, for the network too. */
  readonly url: string;
  readonly open: boolean;
}

/**
 * The relay behind the page under /netplay/. It listens on this computer only, as the studio does; opened to the network
 * it is a second one, that serves nothing but the page and its rooms: nobody gets at the studio by it.
 */
export class NetplayRelay {
  readonly #page: string;
  #own: Promise<Relay> | undefined;
  #public: Relay | undefined;

  /** `page`: the folder of the page. */
  constructor(page: string) {
    this.#page = page;
  }

  get state(): NetplayState {
    return this.#public
      ? { url: `${this.#public.url.replace(/^ws/, "http")}/`, open: true }
      : { url: "/netplay/", open: false };
  }

  /** Opens it to the network, or closes that again. */
  async open(wanted: boolean): Promise<NetplayState> {
    if (wanted) this.#public ??= await Relay.open({ host: "0.0.0.0", page: this.#page });
    else {
      await this.#public?.close("the studio has closed it to the network", false);
      this.#public = undefined;
    }
    return this.state;
  }

  /** Passes a member's connection on to the relay. */
  async take(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    this.#own ??= Relay.open();
    const { port } = await this.#own;
    const relay: Socket = connect(port, "127.0.0.1", () => {
      const { rawHeaders: raw } = request;
      const headers = raw.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${raw[i + 1]}`] : []));
      relay.write(`GET / HTTP/1.1\r\n${headers.join("\r\n")}\r\n\r\n`);
      relay.write(head);
      relay.pipe(socket).pipe(relay);
    });
    relay.on("error", () => socket.destroy());
    socket.on("error", () => relay.destroy());
    socket.on("close", () => relay.destroy());
  }

  async close(): Promise<void> {
    await Promise.all([(await this.#own)?.close(), this.#public?.close()]);
  }
}
