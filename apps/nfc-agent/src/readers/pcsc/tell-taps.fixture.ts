/** Reads by PC/SC and tells its parent of each new reader, tap and failure, until it is ended. Arguments: the daemon's socket. */
import { sha256Hex } from "@tapline/core/kernel";
import { pcscReaders } from "./pcsc-readers.ts";

const tell = (message: object) => process.send?.(message, undefined, undefined, () => undefined);
const stop = new AbortController();
const known = new Set<string>();
let taps = 0;

process.on("SIGTERM", () => stop.abort());
process.on("disconnect", () => stop.abort());
await pcscReaders({ now: Date.now, socketPath: process.argv[2] ?? "" }).run(
  {
    tap: async ({ reader, raw, readMs }) => {
      taps += 1;
      tell({ type: "tap", reader, digest: sha256Hex(raw), readMs });
      return taps;
    },
    failed: ({ reader, cause, detail }) => tell({ type: "failed", reader, cause, detail }),
    status: ({ reader, condition }) => {
      if (condition !== "ready" || known.has(reader)) return;
      known.add(reader);
      tell({ type: "reader", reader });
    },
  },
  stop.signal,
);
process.exit(0);
