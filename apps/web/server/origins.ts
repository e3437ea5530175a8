import { isLoopback, type WebConfig } from "./config.ts";

/** The origins that we are, the one that browsers should use first. On loopback people type either name. */
export function originsOf(
  config: Pick<WebConfig, "tls" | "host" | "origin">,
  port: number,
): [string, ...string[]] {
  const scheme = config.tls ? "https" : "http";
  const host = config.host.includes(":") ? `[${config.host}]` : config.host;
  const first = config.origin ?? `${scheme}://${host}:${port}`;
  if (!isLoopback(config.host)) return [first];
  const local = ["127.0.0.1", "localhost"].map((name) => `${scheme}://${name}:${port}`);
  return [first, ...local.filter((origin) => origin !== first)];
}
