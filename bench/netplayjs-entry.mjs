// What bench/netplayjs.mjs takes of netplayjs: its netcode, without its pages.
export { RollbackNetcode } from "netplayjs/src/netcode/rollback.ts";
export { NetplayPlayer } from "netplayjs/src/types.ts";
