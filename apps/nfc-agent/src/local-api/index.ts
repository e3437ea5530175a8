export { EventLog } from "./event-log.ts";
export { openLocalApi } from "./open-local-api.ts";
export type { LocalApi } from "./server.ts";
export { TapLog } from "./tap-log.ts";
