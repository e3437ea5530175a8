import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { whileRenewing } from "./renew-leases.ts";

test("renews one after the other, and waits in the end for one at most, however long each takes", async () => {
  let [begun, ended] = [0, 0];
  const renew = async (): Promise<boolean> => {
    begun++;
    expect(begun - ended).toBe(1);
    await sleep(200);
    ended++;
    return true;
  };
  await whileRenewing({ renew, leaseMs: 15 }, "life-1", new Map(), async () => {
    await sleep(500);
  });
  expect(begun).toBeGreaterThan(1);
  expect(begun).toBeLessThanOrEqual(4);
  expect(ended).toBe(begun);
});
