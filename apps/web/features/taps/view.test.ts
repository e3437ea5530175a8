import { expect, test } from "vitest";
import { readTapName, readTapsOf, writeTapName } from "../../contracts/tap-name.ts";
import { tapsAddress, viewOfSearch } from "./view.ts";

const segment = "019ad0c5-7f00-7abc-8def-0123456789ab";

test("a tap is found by what people write: tracker and number, agent and number, segment or one of its files", () => {
  expect(readTapName(" 2f00c1d4a9e37b10 12 ")).toEqual({
    ...{ by: "tracker", tracker: "2f00c1d4a9e37b10", epoch: null, seq: 12 },
  });
  expect(readTapName("2f00c1d4a9e37b10 3 12")).toMatchObject({ epoch: 3, seq: 12 });
  expect(readTapName("gate-1/2/845")).toEqual({ by: "agent", agent: "gate-1", epoch: 2, seq: 845 });
  for (const text of [segment, `segment/${segment}`, `2026/11/29/segment-${segment}.manifest.json`])
    expect(readTapName(text)).toEqual({ by: "segment", segment });
  for (const text of ["gate-1", "", "gate-1/2", "2f00 99999999999999999", "a b c d"])
    expect(readTapName(text)).toBeNull();
});

test("a name that is written is read as the same tap", () => {
  for (const text of ["2f00c1d4a9e37b10 12", "2f00c1d4a9e37b10 3 12", "gate-1/2/845", segment]) {
    const name = readTapName(text);
    expect(name && writeTapName(name)).toBe(text);
  }
});

test("whose taps are meant may be said with the word, and else is found out", () => {
  expect(readTapsOf("")).toBeNull();
  expect(readTapsOf("north")).toEqual({ kind: "any", name: "north" });
  expect(readTapsOf("site: north")).toEqual({ kind: "site", name: "north" });
});

test("a search opens a tap and leaves the list, or lists whose taps and closes what is open", () => {
  expect(viewOfSearch("gate-1/2/845")).toEqual({ open: "gate-1/2/845" });
  expect(viewOfSearch(" gate-1 ")).toEqual({ of: "gate-1", open: null });
  const view = { of: "gate-1", open: "2f00c1d4a9e37b10 3 12" };
  expect(tapsAddress.read(new URLSearchParams(tapsAddress.write(view)))).toEqual(view);
  expect(tapsAddress.write({ of: "", open: null })).toBe("");
});
