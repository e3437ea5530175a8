import { appendFile, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Outbox } from "./outbox.ts";
import type { Outcome } from "./record.ts";

const maxBytes = 1024 * 1024;
let root = "";
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "tapline-outbox-history-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const read = (raw: Buffer) => ({ reader: "r1", readAtEpochMs: 1000, raw });

function open(dir: string, extra: { cacheBytes: number }): Promise<Outbox> {
  const onFailure = (error: unknown) => {
    throw error;
  };
  return Outbox.open({ dir, maxBytes, now: Date.now, onFailure, ...extra });
}

describe("outbox, any history", () => {
  async function restartAfter(outbox: Outbox, at: string, tail: Uint8Array): Promise<Outbox> {
    await outbox.close();
    const numberOf = (name: string) => Number.parseInt(name.slice("outbox-".length), 10);
    const names = (await readdir(at)).filter((name) => name.endsWith(".log"));
    const newest = names.sort((a, b) => numberOf(a) - numberOf(b)).at(-1) ?? "";
    await appendFile(join(at, newest), tail);
    const again = await open(at, { cacheBytes: 50_000 });
    expect(again.tornBytes).toBe(tail.length);
    return again;
  }

  it("equals a plain list of what was appended and settled, through restarts and torn ends", async () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ append: fc.integer({ min: 1, max: 20_000 }) }) },
      {
        weight: 4,
        arbitrary: fc.record({
          settle: fc.nat(40),
          outcome: fc.constantFrom<Outcome>("archived", "duplicate", "rejected"),
        }),
      },
      { weight: 1, arbitrary: fc.record({ restartAfterTail: fc.uint8Array({ maxLength: 30 }) }) },
    );
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        run += 1;
        const at = join(root, `run-${run}`);
        let outbox = await open(at, { cacheBytes: 50_000 });
        const model = new Map<number, number>();
        let appended = 0;
        for (const next of steps) {
          if ("append" in next) {
            appended += 1;
            const raw = Buffer.alloc(next.append, appended);
            expect(await outbox.append(read(raw))).toBe(appended);
            model.set(appended, next.append);
          } else if ("settle" in next) {
            const had = model.delete(next.settle);
            expect(outbox.settle([{ seq: next.settle, outcome: next.outcome }])).toHaveLength(had ? 1 : 0);
          } else {
            outbox = await restartAfter(outbox, at, next.restartAfterTail);
          }
          expect(outbox.pendingSeqs()).toEqual([...model.keys()]);
          expect(outbox.totals.taps).toBe(appended);
        }
        const kept = await outbox.read(outbox.pendingSeqs());
        for (const tap of kept) expect(tap.raw).toEqual(Buffer.alloc(model.get(tap.seq)!, tap.seq));
        await outbox.close();
      }),
      { numRuns: 25 },
    );
  }, 30_000);
});
