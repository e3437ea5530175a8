import { hostname } from "node:os";
import type { Config } from "./config.ts";

/** The name of this process in telemetry. */
export function instanceOf(config: Pick<Config, "TAPLINE_INSTANCE">): string {
  return config.TAPLINE_INSTANCE ?? `${hostname()}-${process.pid}`;
}
