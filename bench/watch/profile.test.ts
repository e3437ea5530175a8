import { expect, test } from "vitest";
import { busyTimes, type Profile } from "./profile.ts";

const node = (id: number, functionName: string, url: string, children: number[] = []) => ({
  ...{ id, callFrame: { functionName, url }, children },
});

const profile: Profile = {
  nodes: [
    node(1, "(root)", "", [2, 3, 5]),
    node(2, "(idle)", ""),
    node(3, "count", "file:///telemetry/recorder.ts", [4]),
    node(4, "set", ""),
    node(5, "other", "file:///other.ts"),
  ],
  startTime: 1_000_000,
  samples: [5, 2, 3, 4, 5, 4],
  timeDeltas: [1_000, 1_000, 1_000, 2_000, 1_000, 1_000],
};

test("of a span counts what was not idle, and of that what the wanted files and all that they call took", () => {
  const span = { fromMs: 1_001, untilMs: 1_006 };
  expect(busyTimes(profile, /telemetry/, span)).toEqual({ allUs: 5_000, inFilesUs: 3_000 });
  expect(busyTimes(profile, /nowhere/, span)).toEqual({ allUs: 5_000, inFilesUs: 0 });
});
