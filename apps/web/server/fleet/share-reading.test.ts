import { expect, test } from "vitest";
import { shareReading } from "./share-reading.ts";

/** A reading that ends when a test says so. */
function held() {
  const under: PromiseWithResolvers<number>[] = [];
  const ask = shareReading(() => {
    const one = Promise.withResolvers<number>();
    under.push(one);
    return one.promise;
  });
  return { under, ask };
}

test("who asks while one reads shares the next reading, and never gets what was read before", async () => {
  const { under, ask } = held();
  const early = [ask(), ask()];
  await Promise.resolve();
  const late = [ask(), ask(), ask()];
  await Promise.resolve();
  expect(under).toHaveLength(1);
  under[0]?.resolve(1);
  expect(await Promise.all(early)).toEqual([1, 1]);
  under[1]?.resolve(2);
  expect(await Promise.all(late)).toEqual([2, 2, 2]);
  expect(under).toHaveLength(2);
});

test("a reading that fails is told to those who asked for it, and holds up nobody after them", async () => {
  const { under, ask } = held();
  const first = ask();
  await Promise.resolve();
  const second = ask();
  under[0]?.reject(new Error("away"));
  await expect(first).rejects.toThrow("away");
  under[1]?.resolve(2);
  expect(await second).toBe(2);
});
