import { Outbox } from "./outbox.ts";

// Appends 8 taps of 30,000 bytes one after the other, telling its parent of each, and of the state every 20 ms.
const [dir = ""] = process.argv.slice(2);
const outbox = await Outbox.open({
  dir,
  maxBytes: 1024 * 1024,
  retryMs: 30,
  now: Date.now,
  onFailure: (error) => {
    throw error;
  },
});
const timer = setInterval(() => process.send?.({ state: outbox.state, taps: outbox.totals.taps }), 20);
for (let i = 0; i < 8; i++)
  await outbox.append({ reader: "r", readAtEpochMs: Date.now(), raw: Buffer.alloc(30_000, i) });
clearInterval(timer);
await outbox.close();
process.disconnect?.();
