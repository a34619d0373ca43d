import { Problem } from "../../problem.ts";

/** A request that is not answered as it was meant; `status` is HTTP's, the message one line for people. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Any error as a status and one line. What is no fault of the request or the disk is told as what it is. */
export function told(error: unknown): { status: number; error: string } {
  if (error instanceof Refusal) return { status: error.status, error: error.message };
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT")
    return { status: 507, error: "the disk is full; make room, nothing that was saved is lost" };
  if (code === "ENOENT") return { status: 404, error: "this file is not there any more" };
  if (code === "EACCES" || code === "EROFS" || code === "EPERM")
    return { status: 403, error: "no permission to write there; choose another folder" };
  if (error instanceof Problem) return { status: /disk is full/.test(message) ? 507 : 422, error: message };
  return { status: 500, error: `a fault of the studio itself: ${message}` };
}
