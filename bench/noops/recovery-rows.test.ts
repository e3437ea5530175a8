import { expect, it } from "vitest";
import { findReadyLine } from "./ready-line.ts";
import { recoveryRows, startParts } from "./recovery-rows.ts";

const aWorker = { name: "worker-ingest", parts: { begunMs: 10, loadedMs: 400, openedMs: 300 } };
const web = { name: "web", parts: null };

it("tells p99 and p50 by nearest rank, of how many kills, of all and of each process", () => {
  const tookMs = Array.from({ length: 10 }, (_, i) => 100 * (10 - i));
  const found = [...tookMs.map((took) => ({ ...web, tookMs: took })), { ...aWorker, tookMs: 5_000 }];
  const rows = recoveryRows("recovery-p99", found, { aim: "≤ 2000", what: "from kill to answer" });
  expect(rows).toEqual([
    expect.objectContaining({ row: "recovery-p99", ours: 5_000, aim: "≤ 2000" }),
    { row: "recovery-p99-web", ours: 1_000, unit: "ms", note: "n 10, p50 500" },
    expect.objectContaining({ row: "recovery-p99-worker-ingest", ours: 5_000 }),
  ]);
  expect(rows[0]?.note).toBe("from kill to answer; n 11, p50 600");
});

it("tells of workers what their starts went to, by medians, and of a mixture nothing of that", () => {
  const parts = [10, 30, 20].map((begunMs) => ({ begunMs, loadedMs: 400, openedMs: 300 }));
  const found = parts.map((one) => ({ name: "worker-ingest", tookMs: 800, parts: one }));
  const [all, ingest] = recoveryRows("spare", found, { what: "w" });
  const went =
    "n 3, p50 800, until begun anew 20, modules of every worker 400, its services' and connections 300";
  expect([all?.note, ingest?.note]).toEqual([`w; ${went}`, went]);
  const [mixed] = recoveryRows("recovery-p99", [...found, { ...web, tookMs: 1 }], { what: "w" });
  expect(mixed?.note).toBe("w; n 4, p50 800");
});

it("has no row of no kills", () => {
  expect(recoveryRows("recovery-p99", [], { what: "w" })).toEqual([]);
});

it("takes the newest line that says ready, of the new life alone", () => {
  const log = [
    '{"level":30,"time":1000,"healthPort":1,"loadedMs":400,"readyMs":700,"msg":"ready"}',
    "words of a library",
    '{"level":30,"time":5000,"healthPort":2,"loadedMs":500,"readyMs":900,"msg":"ready"}',
    '{"level":30,"time":5100,"msg":"a segment is archived"}',
    '{"level":30,"time":6000,"healthPort":3,"loa',
  ].join("\n");
  expect(findReadyLine(log, 4_000)).toMatchObject({ time: 5_000, healthPort: 2 });
  expect(findReadyLine(log, 5_001)).toBeNull();
  expect(findReadyLine("", 0)).toBeNull();
  const agent = '{"level":30,"time":7000,"apiUrl":"http://127.0.0.1:9","msg":"the agent is ready"}';
  expect(findReadyLine(`${log}\n${agent}`, 7_000)).toMatchObject({ apiUrl: "http://127.0.0.1:9" });
});

it("begins the successor's time where its own clock began", () => {
  const line = { time: 5_000, loadedMs: 500, readyMs: 900 };
  expect(startParts(line, 4_000)).toEqual({ begunMs: 100, loadedMs: 500, openedMs: 400 });
  expect(startParts({ time: 5_000 }, 4_000)).toBeNull();
});
