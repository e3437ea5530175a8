import { setTimeout as sleep } from "node:timers/promises";
import { receiptsResponseSchema } from "@tapline/core/tap";
import { Agent, request } from "undici";
import type { Installation } from "../installation/index.ts";

const tapsPerSecond = 20;

/**
 * Posts taps one by one, 20 a second, and times each from before its POST until its receipt is in the agent's
 * hands.
 * @returns ms, one per tap
 */
export async function lightLoad(installation: Installation, payloads: readonly Buffer[]): Promise<number[]> {
  const dispatcher = new Agent({ connect: { ...installation.agentTls } });
  const sentAt = new Map<number, number>();
  const tookMs: number[] = [];
  const epoch = Date.now();
  const posting = payloads.map(async (payload, i) => {
    await sleep((i * 1000) / tapsPerSecond);
    sentAt.set(i + 1, performance.now());
    const answer = await request(`${installation.url}/v1/taps`, {
      dispatcher,
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        epoch,
        seq: i + 1,
        readAtEpochMs: Date.now(),
        reader: "light",
        payload: payload.toString("base64"),
      }),
    });
    await answer.body.dump();
    if (answer.statusCode !== 202) throw new Error(`a tap was answered with ${answer.statusCode}`);
  });
  let after = "0";
  const deadline = Date.now() + (payloads.length / tapsPerSecond) * 1000 + 30_000;
  while (tookMs.length < payloads.length && Date.now() < deadline) {
    const answer = await request(`${installation.url}/v1/receipts?after=${after}&waitMs=5000`, {
      dispatcher,
    });
    const { next, receipts } = receiptsResponseSchema.parse(await answer.body.json());
    const now = performance.now();
    after = next;
    for (const receipt of receipts.filter((candidate) => candidate.epoch === epoch))
      for (const { seq } of receipt.verdicts) tookMs.push(now - (sentAt.get(seq) ?? now));
  }
  await Promise.all(posting);
  await dispatcher.destroy();
  if (tookMs.length !== payloads.length)
    throw new Error(`${payloads.length - tookMs.length} taps at light load had no receipt in time`);
  return tookMs;
}
