import { expect, test } from "vitest";
import { checkpointSize, LogFiles } from "./log-files.ts";

const files = new LogFiles("tapline.example/log");

test("tiles lie under one folder of the log, checkpoints under their size", () => {
  const prefix = files.checkpoints.replace(/\/checkpoint$/, "");
  expect(prefix).toMatch(/^audit\/[0-9a-f]{16}$/);
  expect(files.tile({ level: 0, index: 1_234, width: 256 })).toBe(`${prefix}/tile/0/x001/234`);
  expect(files.checkpoint(70_000)).toBe(`${files.checkpoints}/x000/x000/x000/x000/x070/000`);
  expect(new LogFiles("tapline.example/other").checkpoints).not.toBe(files.checkpoints);
});

test("checkpoints stand in the order of their sizes, and tell them", () => {
  const sizes = [0, 9, 10, 999, 1_000, 999_999, 1_000_000, 2 ** 53 - 1];
  const paths = sizes.map((size) => files.checkpoint(size));
  expect(paths.toSorted()).toEqual(paths);
  expect(paths.map(checkpointSize)).toEqual(sizes);
  for (const path of [
    files.checkpoints,
    "x000/001",
    "x000/x000/x000/x000/x000/x000",
    "000/x000/x000/x000/x000/000",
  ])
    expect(checkpointSize(path)).toBeNull();
});
