import { expect, test } from "vitest";
import { frameRoomBytes, isMemoryShort, reservedForResultsBytes } from "./index.ts";

const mebibyte = 1024 * 1024;

test("frames leave room for the sealed forms of all segments that may be open, and for more where there are more", () => {
  const max = 64 * mebibyte;
  expect(frameRoomBytes(max, { frameBytes: 0, resultBytes: 0 })).toBe(max - reservedForResultsBytes);
  const some = { frameBytes: mebibyte, resultBytes: mebibyte };
  expect(frameRoomBytes(max, some)).toBe(max - mebibyte - reservedForResultsBytes);
  const much = { frameBytes: mebibyte, resultBytes: 2 * reservedForResultsBytes };
  expect(frameRoomBytes(max, much)).toBe(max - mebibyte - 2 * reservedForResultsBytes);
  expect(frameRoomBytes(max, { frameBytes: max, resultBytes: 0 })).toBe(0);
});

test("memory that is short stays so until a good part of it is free again, so that the door does not flutter", () => {
  expect([0.8, 0.85, 0.8, 0.76, 0.74, 0.8].reduce<boolean[]>(judge, [])).toEqual([
    false,
    true,
    true,
    true,
    false,
    false,
  ]);
});

test("a server without a limit of its own is never short", () => {
  expect(isMemoryShort(false, 1e12, 0)).toBe(false);
});

function judge(before: boolean[], ratio: number): boolean[] {
  return [...before, isMemoryShort(before.at(-1) ?? false, ratio * 1_000, 1_000)];
}
