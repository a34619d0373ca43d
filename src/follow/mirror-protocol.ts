/** The WebSocket subprotocol of mirrors, which is also its version; docs/mirror.md describes it. */
export const PROTOCOL = "instep-isr-1";

/** Why a server closes. */
export const CLOSE = {
  /** The client has the whole file, which has its end. */
  end: 1000,
  full: 1013,
  /** The request makes no sense. */
  bad: 4000,
  /** What the client has is not the beginning of this recording. */
  another: 4001,
  /** The recorder ended without finishing the file. */
  brokeOff: 4002,
} as const;
