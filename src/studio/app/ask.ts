/** What the server said no to, in one line; `lost`: it did not answer at all. */
export class Fault extends Error {
  readonly lost: boolean;
  readonly status: number;

  constructor(message: string, status = 0) {
    super(message);
    this.status = status;
    this.lost = status === 0;
  }
}

export const LOST = "The studio does not answer: it may have ended. Start it again; what this page has stays here.";

/** Asks the server. `body` goes as it is, or as JSON. Throws a Fault. */
export async function ask<T>(method: "GET" | "POST" | "PUT", path: string, body?: unknown): Promise<T> {
  const bytes = body instanceof Uint8Array || body instanceof Blob;
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      ...(body !== undefined && { body: bytes ? (body as BodyInit) : JSON.stringify(body) }),
    });
  } catch {
    throw new Fault(LOST);
  }
  const answer = (await response.json().catch(() => ({}))) as T & { error?: string };
  if (!response.ok) throw new Fault(answer.error ?? `The studio answers with ${response.status}.`, response.status);
  return answer;
}

/** The path of a file of the library. */
export const pathOf = (place: string, id: string): string =>
  `/${place}/${id.split("/").map(encodeURIComponent).join("/")}`;
