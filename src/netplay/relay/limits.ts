/** What a relay allows. Rates are meant for one room and for one address each; bursts are those of two seconds. */
export interface Limits {
  /** Rooms at a time. */
  readonly rooms: number;
  /** Members of a room: at most 256. */
  readonly members: number;
  /** Connections of one address, and of all. */
  readonly addressConnections: number;
  readonly connections: number;
  /** Rooms that one address may open in ten minutes. */
  readonly opens: number;
  /** Wrong codes that one address may try in ten minutes. */
  readonly guesses: number;
  /** Messages (datagrams too) and bytes a second from one address. */
  readonly addressMessages: number;
  readonly addressBytes: number;
  /** The same for one room. */
  readonly roomMessages: number;
  readonly roomBytes: number;
  /** Seconds after which a room closes that nobody uses. */
  readonly idle: number;
}

export const LIMITS: Limits = {
  rooms: 1000,
  members: 16,
  addressConnections: 32,
  connections: 4096,
  opens: 30,
  guesses: 60,
  addressMessages: 4000,
  addressBytes: 1 << 20,
  // 16 players who all speak to all others with every frame.
  roomMessages: 16_000,
  roomBytes: 4 << 20,
  idle: 1800,
};

/** A token bucket: `rate` a second on average, `burst` at once. */
export class Bucket {
  readonly #rate: number;
  readonly #burst: number;
  #tokens: number;
  #at: number;

  constructor(rate: number, burst: number, now: number) {
    this.#rate = rate;
    this.#burst = burst;
    this.#tokens = burst;
    this.#at = now;
  }

  /** `now` in milliseconds; false: there is not enough, and nothing is taken. */
  take(count: number, now: number): boolean {
    if (!this.holds(count, now)) return false;
    this.#tokens -= count;
    return true;
  }

  holds(count: number, now: number): boolean {
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#at) / 1000) * this.#rate);
    this.#at = now;
    return this.#tokens >= count;
  }
}

/** Messages and bytes. */
export class Traffic {
  readonly #messages: Bucket;
  readonly #bytes: Bucket;

  constructor(messages: number, bytes: number, now: number) {
    this.#messages = new Bucket(messages, 2 * messages, now);
    this.#bytes = new Bucket(bytes, 2 * bytes, now);
  }

  take(bytes: number, now: number): boolean {
    return this.#messages.take(1, now) && this.#bytes.take(bytes, now);
  }
}

/** One address, or the network of one: what it does is counted together. */
export class Address {
  readonly traffic: Traffic;
  readonly opens: Bucket;
  readonly guesses: Bucket;
  connections = 0;
  /** TCP connections, whatever becomes of them. */
  sockets = 0;
  seen = 0;

  constructor(limits: Limits, now: number) {
    this.traffic = new Traffic(limits.addressMessages, limits.addressBytes, now);
    this.opens = new Bucket(limits.opens / WINDOW, limits.opens, now);
    this.guesses = new Bucket(limits.guesses / WINDOW, limits.guesses, now);
  }
}

/** Seconds after which an address has all its tokens again. */
const WINDOW = 600;
const MOST_ADDRESSES = 50_000;

/** The addresses of late. */
export class Addresses {
  readonly #limits: Limits;
  readonly #known = new Map<string, Address>();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  of(ip: string, now: number): Address {
    let name = networkOf(ip);
    let address = this.#known.get(name);
    if (!address && this.#known.size >= MOST_ADDRESSES) name = "all others";
    address ??= this.#known.get(name) ?? new Address(this.#limits, now);
    this.#known.set(name, address);
    address.seen = now;
    return address;
  }

  /** Forgets those that would be as new. */
  sweep(now: number): void {
    for (const [name, { sockets, connections, seen }] of this.#known)
      if (sockets === 0 && connections === 0 && now - seen > WINDOW * 1000) this.#known.delete(name);
  }
}

/** An IPv4 address; of an IPv6 address the first 64 bits, which are one customer's. */
export function networkOf(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip);
  if (mapped) return mapped[1]!;
  if (!ip.includes(":")) return ip;
  const [head = "", tail] = ip.split("%")[0]!.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail ? tail.split(":") : [];
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array(zeros).fill("0"), ...after].slice(0, 4).join(":");
}
