/**
 * What a native core's player sends to a page in binary: three numbers (Float64), and what they are of. A picture has its
 * width and height and then R G B A; sound is Int16, interleaved stereo, after a rate; an answer has its number.
 */
export const PACKET = { picture: 1, sound: 2, rate: 3, answer: 4, head: 24 } as const;

/** A stream that is closed with this code was told why before. */
export const TOLD_WHY = 4000;
