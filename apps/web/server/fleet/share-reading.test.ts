import { expect, test } from "vitest";
import { shareReading, shareReadings } from "./share-reading.ts";

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

test("of several things each is read for itself, once for all who ask for it at the same time", async () => {
  const under: { key: string; end: (told: string) => void }[] = [];
  const readings = shareReadings<string>();
  const ask = (key: string) =>
    readings(key, () => new Promise((resolve) => under.push({ key, end: resolve })));
  const early = [ask("a"), ask("a"), ask("b")];
  await Promise.resolve();
  const late = [ask("a"), ask("a")];
  await Promise.resolve();
  expect(under.map(({ key }) => key)).toEqual(["a", "b"]);
  under[0]?.end("a1");
  under[1]?.end("b1");
  expect(await Promise.all(early)).toEqual(["a1", "a1", "b1"]);
  under[2]?.end("a2");
  expect(await Promise.all(late)).toEqual(["a2", "a2"]);
  const again = ask("a");
  await Promise.resolve();
  under[3]?.end("a3");
  expect(await again).toBe("a3");
  expect(under).toHaveLength(4);
});
