export { type ApiAddress, announce, openToken, readAddress, readToken, withdraw } from "./credentials.ts";
export { EventLog } from "./event-log.ts";
export { openLocalApi } from "./open-local-api.ts";
export { readerPageSchema } from "./schemas.ts";
export { type LocalApi, serveLocalApi } from "./server.ts";
export { TapLog } from "./tap-log.ts";
