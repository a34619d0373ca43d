export function convertMovie(_n: string, bytes: Uint8Array, _o: string) { return { bytes, losses: [] as string[] }; }
