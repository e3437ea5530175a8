import { randomBytes } from "node:crypto";
import { Outbox } from "./outbox.ts";

// Appends and settles until it is killed, telling its parent of every tap that is durable and every end noted.
const [dir = "", readers = "4"] = process.argv.slice(2);
const outbox = await Outbox.open({
  dir,
  maxBytes: 1024 * 1024,
  now: Date.now,
  onFailure: (error) => {
    throw error;
  },
});
process.send?.({ opened: outbox.nextSeq, pending: outbox.pendingSeqs(), totals: outbox.totals });

async function readForever(reader: string): Promise<never> {
  for (;;) {
    const raw = randomBytes(200 + (randomBytes(1)[0] ?? 0));
    const seq = await outbox.append({ reader, readAtEpochMs: Date.now(), raw });
    process.send?.({ durable: seq, raw: raw.toString("base64") });
    if (outbox.pending > 100) outbox.settle([{ seq: outbox.pendingSeqs()[0] ?? 0, outcome: "archived" }]);
  }
}

await Promise.all(Array.from({ length: Number(readers) }, (_, index) => readForever(`reader-${index}`)));
