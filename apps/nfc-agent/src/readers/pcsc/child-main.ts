/**
 * The process that alone loads nfc-pcsc: its native code can spin, hang or abort, and takes none of the agent with it.
 * The parent ends it by SIGKILL; it ends itself in the same way, for a plain exit waits for commands under way.
 */

import { PcscChild } from "./child.ts";
import type { FromChild, ToChild } from "./messages.ts";

const end = () => process.kill(process.pid, "SIGKILL");

const child = new PcscChild({
  send: (message: FromChild) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
  },
  load: (module) => import(module),
  rssBytes: () => process.memoryUsage.rss(),
  now: Date.now,
  monotonic: () => performance.now(),
});

process.on("message", (message) => child.receive(message as ToChild));
process.on("disconnect", end);
// Whoever started us decides when we end, so that Ctrl-C does not cut a tap off.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
