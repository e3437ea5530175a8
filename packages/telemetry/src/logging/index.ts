export { createLog } from "./create-log.ts";
export { LogOutput } from "./log-output.ts";
