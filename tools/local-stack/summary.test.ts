import { expect, it } from "vitest";
import { LiveCounts } from "./live-counts.ts";
import { statusLine, summary } from "./summary.ts";

const facts = {
  consoleUrl: "http://127.0.0.1:7400",
  webPortInUse: undefined,
  ingestUrl: "https://127.0.0.1:7443",
  archiveDir: "/data/archive",
  dataDir: "/data",
  isDefaultDataDir: false,
  restoreScript: undefined,
  seconds: 3.21,
};

it("shows a new sign-in, and only then a password", () => {
  const admin = { email: "admin@tapline.local", password: "s3cret" };
  expect(summary({ ...facts, firstAdmin: admin })).toContain("s3cret");
  expect(summary({ ...facts, firstAdmin: undefined })).not.toContain("Password");
});

it("says what runs where, how to restore and how to stop", () => {
  const text = summary({ ...facts, firstAdmin: undefined, restoreScript: "/data/restore-newest.sh" });
  for (const part of [
    facts.consoleUrl,
    facts.ingestUrl,
    facts.archiveDir,
    "sh /data/restore-newest.sh",
    "Ctrl-C",
    "3.2 s",
  ])
    expect(text).toContain(part);
});

it("says why the console is not at its usual port", () => {
  const text = summary({ ...facts, firstAdmin: undefined, webPortInUse: 7_400 });
  expect(text).toContain("(7400 is in use)");
});

const agent = {
  ...{ taps: 12_345, pending: 14, archived: 12_001, duplicates: 230, rejected: 100 },
  ...{ segments: 9, done: false, connected: true },
};

it("counts on one line, after what stands in the way, and says when the agent has lost its connection", () => {
  const well = { agent, agentSilentMs: null, awayArchives: [] };
  expect(statusLine(well)).toBe(
    "taps in 12,345  ·  archived 12,001  ·  backlog 14  ·  rejected 100  ·  duplicates 230",
  );
  expect(statusLine({ ...well, agent: { ...agent, connected: false } })).toContain("agent not connected");
  const since = new Date(2026, 10, 28, 14, 3, 7).getTime();
  const awayArchives = [{ archive: "main", sinceEpochMs: since, why: "unavailable" }];
  expect(statusLine({ ...well, awayArchives })).toMatch(
    /^archive main not answering since 14:03:07 {2}· {2}taps in 12,345/,
  );
  const without = { ...well, agent: undefined, awayArchives };
  expect(statusLine(without)).toContain("since 14:03:07  ·  waiting for the agent's first figures");
  expect(statusLine(without, false)).toContain("since 14:03:07  ·  no agent runs along");
});

it("marks the figures of an agent that has told nothing for 5 s, until it tells some again", () => {
  let nowMs = 1_000;
  const counts = new LiveCounts(() => nowMs);
  expect(statusLine(counts)).toBe("waiting for the agent's first figures");
  counts.take({ type: "status", agent });
  nowMs += 4_900;
  expect(statusLine(counts)).toMatch(/^taps in 12,345/);
  nowMs += 3_500;
  expect(statusLine(counts)).toMatch(/^agent silent for 8 s, its last figures {2}· {2}taps in 12,345/);
  nowMs += 201_600;
  expect(statusLine(counts)).toMatch(/^agent silent for 3 min/);
  counts.take({ type: "status", agent });
  expect(statusLine(counts)).toMatch(/^taps in 12,345/);
});
