import { setTimeout as sleep } from "node:timers/promises";
import { Outbox } from "./outbox.ts";

/** Fills the disk below `dir` and is killed, or, told `open`, opens the outbox there and prints how many taps wait. */
const [dir = "", what = ""] = process.argv.slice(2);
const outbox = await Outbox.open({ dir, maxBytes: 64 * 1024 * 1024, now: Date.now, onFailure: () => {} });
if (what === "open") {
  process.stdout.write(`${outbox.pending}\n`);
  await outbox.close();
} else {
  // Small at last, so that no byte is left.
  for (const bytes of [30_000, 1]) {
    const append = () => outbox.append({ reader: "r", readAtEpochMs: 1, raw: Buffer.alloc(bytes) });
    while (outbox.state !== "disk-full") await Promise.race([append(), sleep(300)]);
    if (bytes > 1) process.stdout.write(`${outbox.pending}\n`);
  }
  process.kill(process.pid, "SIGKILL");
}
