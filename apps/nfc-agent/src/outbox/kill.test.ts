import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { Outbox } from "./outbox.ts";

const message = z.union([
  z.object({ opened: z.number(), pending: z.array(z.number()), totals: z.object({ taps: z.number() }) }),
  z.object({ durable: z.number(), raw: z.string() }),
]);
const fixture = new URL("./append-forever.fixture.ts", import.meta.url);
let dir = "";

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tapline-outbox-kill-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** Runs a child on the outbox and kills it after about `afterTaps` taps; gives what it said was durable. */
async function runAndKill(afterTaps: number): Promise<Map<number, string>> {
  const child = fork(fixture, [dir], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const durable = new Map<number, string>();
  const exited = once(child, "exit");
  child.on("message", (raw) => {
    const said = message.parse(raw);
    if ("opened" in said) return;
    durable.set(said.durable, said.raw);
    if (durable.size >= afterTaps) child.kill("SIGKILL");
  });
  await exited;
  return durable;
}

it("keeps every tap it called durable through kill -9 at any moment, and never gives a number twice", async () => {
  let seen = 0;
  for (let round = 0; round < 12; round++) {
    const durable = await runAndKill(1 + ((round * 37) % 150));
    const highest = Math.max(...durable.keys());
    expect(Math.min(...durable.keys())).toBeGreaterThan(seen);
    const outbox = await Outbox.open({ dir, maxBytes: 1024 * 1024, now: Date.now, onFailure: () => {} });
    expect(outbox.nextSeq).toBeGreaterThan(highest);
    const kept = new Map((await outbox.read(outbox.pendingSeqs())).map((tap) => [tap.seq, tap.raw]));
    for (const [seq, raw] of kept)
      if (durable.has(seq)) expect(raw.toString("base64")).toBe(durable.get(seq));
    // The child settles the oldest alone, so all that is gone lies below all that is left.
    const lowest = Math.min(...kept.keys());
    for (const seq of durable.keys()) if (seq >= lowest) expect(kept.has(seq)).toBe(true);
    const { taps, archived } = outbox.totals;
    expect(taps).toBe(outbox.nextSeq - 1);
    expect(archived).toBe(taps - outbox.pending);
    expect(kept.size).toBe(outbox.pending);
    seen = outbox.nextSeq - 1;
    await outbox.close();
  }
}, 60_000);
