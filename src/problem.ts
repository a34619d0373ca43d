/** Exit codes of every command. */
export const EXIT = { ok: 0, desync: 1, usage: 2, missing: 3 } as const;

/**
 * Something that the person at the keyboard can mend: bad input (2), something not installed (3), a verification that
 * failed (1). Its message is one line that names the file, the place and the mend; it is printed without a stack trace.
 */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.usage) {
    // What a hostile file says of itself may be in it.
    super(message.replaceAll(/\p{Cc}+/gu, " "));
    this.exitCode = exitCode;
  }
}

/** Something that is not installed; `install` is the command that installs it. */
export function missing(what: string, install: string): Problem {
  return new Problem(`${what} is not installed; install it with: ${install}`, EXIT.missing);
}
