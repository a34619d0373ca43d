import type { Movie } from "../movie/movie.ts";
import { Problem } from "../problem.ts";
export function isIsr(_b: Uint8Array): boolean { return false; }
export function readIsr(name: string, _b: Uint8Array): { movie: Movie } { throw new Problem(name); }
