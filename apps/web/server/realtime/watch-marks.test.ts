import { pino } from "pino";
import { expect, test } from "vitest";
import { MarkWatch } from "./watch-marks.ts";

test("browsers are told when something is another, once when they cannot be read, and nothing is read while nobody looks", async () => {
  let [mark, isWatched, read, told]: [string | null, boolean, number, number] = ["a", false, 0, 0];
  const watch = new MarkWatch({
    topic: "keys",
    read: async () => {
      read += 1;
      if (mark === null) throw new Error("away");
      return mark;
    },
    isWatched: () => isWatched,
    changed: () => told++,
    logger: pino({ level: "silent" }),
  });
  await watch.look();
  expect([read, told]).toEqual([0, 0]);
  isWatched = true;
  await watch.look();
  await watch.look();
  expect([read, told]).toEqual([2, 1]);
  mark = "b";
  await watch.look();
  expect(told).toBe(2);
  mark = null;
  await watch.look();
  await watch.look();
  expect(told).toBe(3);
  mark = "b";
  await watch.look();
  await watch.look();
  expect(told).toBe(4);
});
