import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { TaplineError } from "@tapline/core/kernel";

function bind(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === "object" ? address.port : undefined));
    });
  });
}

/** Below the ports of outgoing connections (Linux: 32768 and above), one of which may take a port before its server listens. */
const quiet = { first: 20_000, end: 32_000 } as const;
const quietTries = 20;

/** A loopback TCP port that nobody listens on: one of `preferred` where one is free, else any. */
export async function freePort(...preferred: readonly number[]): Promise<number> {
  const drawn = Array.from({ length: quietTries }, () => randomInt(quiet.first, quiet.end));
  for (const port of [...preferred, ...drawn, 0]) {
    const free = await bind(port);
    if (free !== undefined) return free;
  }
  throw new TaplineError("unavailable", "no loopback TCP port is free", {
    remedy: "end some programs that listen on this machine",
  });
}

/** Throws where `port`, asked for by `setting`, is in use or may not be bound. */
export async function requirePort(port: number, setting: string): Promise<number> {
  if ((await bind(port)) !== undefined) return port;
  throw new TaplineError("misconfigured", `port ${port}, asked for by ${setting}, is in use or not allowed`, {
    remedy: "choose another port, or leave the setting out to have a free one chosen",
    facts: { port, setting },
  });
}
