import type { StoredObject } from "@tapline/adapters/prisma";
import { objectPaths } from "@tapline/core/transfer";
import { expect, test } from "vitest";
import { ReadBackNotes } from "./read-back-notes.ts";

const [one, other] = [
  "019a5e2b-7c00-7abc-8def-0123456789ab",
  "019a5e2b-7c00-7abc-8def-0123456789ac",
] as const;
const minuteMs = 60_000;

/** Notes of one process, and an index that has recorded `recorded`. */
function rig(recorded: string[]) {
  let nowMs = 0;
  const noted: StoredObject[][] = [];
  const notes = new ReadBackNotes(() => nowMs);
  const readBacks = {
    note: async (objects: readonly StoredObject[]) => {
      noted.push([...objects]);
      return objects.filter(({ segment }) => !recorded.includes(segment));
    },
  };
  const at = (ms: number): void => {
    nowMs = ms;
  };
  return { notes, noted, readBacks, at };
}

test("objects that were read back are noted together; manifests, and what was not read, are passed over", async () => {
  const { notes, noted, readBacks } = rig([one]);
  notes.add("far", { path: objectPaths(one).object, readBack: true });
  notes.add("far", { path: objectPaths(one).manifest, readBack: true });
  notes.add("near", { path: objectPaths(one).object, readBack: false });
  notes.add("near", { path: "statements/2026/11/24/agent-a.json", readBack: true });
  await notes.flush(readBacks);
  await notes.flush(readBacks);
  expect(noted).toEqual([[{ segment: one, target: "far" }], []]);
});

test("what is not recorded yet is noted later, for ten minutes; what a silent database did not take, too", async () => {
  const recorded: string[] = [];
  const { notes, noted, readBacks, at } = rig(recorded);
  notes.add("far", { path: objectPaths(one).object, readBack: true });
  const silent = { note: () => Promise.reject(new Error("no database")) };
  await expect(notes.flush(silent)).rejects.toThrow("no database");
  await notes.flush(readBacks);
  at(9 * minuteMs);
  notes.add("far", { path: objectPaths(other).object, readBack: true });
  await notes.flush(readBacks);
  at(11 * minuteMs);
  await notes.flush(readBacks);
  recorded.push(one, other);
  await notes.flush(readBacks);
  expect(noted.map((objects) => objects.length)).toEqual([1, 2, 2, 1]);
});
