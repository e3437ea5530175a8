import { expect, test } from "vitest";
import { CumulativeTelemetry, TelemetryRecorder } from "./index.ts";

test("adds up deltas, of other recorders too, and forgets nothing", () => {
  const sum = new CumulativeTelemetry();
  const recorders = ["door", "transfer"].map((instance) => new TelemetryRecorder(instance));
  for (const [i, recorder] of [...recorders, ...recorders].entries()) {
    recorder.count("tap.ingested", i + 1);
    recorder.reject("schema", "gate-1", "front");
    recorder.time("ingest.accept_ms", 10 * (i + 1));
    const delta = recorder.take(1);
    if (delta !== null) sum.add(delta);
  }
  expect(sum.counters.get("tap.ingested")).toBe(1 + 2 + 3 + 4);
  expect([...sum.rejects]).toEqual([["schema", 4]]);
  expect(sum.histograms.get("ingest.accept_ms")?.count).toBe(4);
  expect(sum.histograms.get("ingest.accept_ms")?.quantile(1)).toBeCloseTo(40, 0);
});
