export function syncReport(..._args: unknown[]): string { return ""; }
