import { randomBytes } from "node:crypto";
import { Outbox, type Settled } from "./outbox.ts";

// Measures appends: `writers` at once keep the outbox in `dir` busy until `taps` taps of `tapBytes` bytes are durable.
// For the bench, which starts it as a process; tells its parent how long it took.
const [dir = "", taps = "0", tapBytes = "0", writers = "1"] = process.argv.slice(2);
const outbox = await Outbox.open({
  dir,
  maxBytes: 4 * 1024 ** 3,
  now: Date.now,
  onFailure: (error) => {
    throw error;
  },
});
const raws = Array.from({ length: 64 }, () => randomBytes(Number(tapBytes)));
/** Ends come as they do from the server, many at once; without them the files would only grow. */
const endsAtOnce = 200;
let ends: Settled[] = [];
let next = 0;

async function write(): Promise<void> {
  for (let at = next++; at < Number(taps); at = next++) {
    const raw = raws[at % raws.length] ?? Buffer.alloc(0);
    const seq = await outbox.append({ reader: `reader-${at % 16}`, readAtEpochMs: Date.now(), raw });
    ends.push({ seq, outcome: "archived" });
    if (ends.length < endsAtOnce) continue;
    outbox.settle(ends);
    ends = [];
  }
}

const startedMs = performance.now();
await Promise.all(Array.from({ length: Number(writers) }, write));
const seconds = (performance.now() - startedMs) / 1000;
await outbox.close();
process.send?.({ type: "appended", seconds, counted: outbox.totals.taps });
process.disconnect?.();
