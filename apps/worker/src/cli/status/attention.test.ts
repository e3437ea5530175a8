import { expect, test } from "vitest";
import { roleNames } from "../../config.ts";
import { attentionOf } from "./attention.ts";
import type { Standing } from "./standing.ts";
import { told } from "./standing.ts";
import { standingText } from "./standing-text.ts";

const now = 1_800_000_000_000;
const known = <Value>(value: Value) => ({ is: "known", value }) as const;
const unknown = { is: "unknown", why: "no answer within 5 s" } as const;
const answers = { state: "answers", sinceEpochMs: now - 3_600_000, awaySinceEpochMs: null, why: "" } as const;
const away = { ...answers, state: "away", sinceEpochMs: null } as const;

const well: Standing = {
  atEpochMs: now,
  stack: known({ dataDir: "/x", pid: 7, doing: "https://localhost", sinceEpochMs: now - 60_000 }),
  stores: [
    { name: "PostgreSQL", ...answers },
    { name: "Redis", ...answers },
  ],
  archives: known([{ name: "main", ...answers, sinceEpochMs: null }]),
  processes: known([
    { instance: "door-1", roles: ["ingest"], agoMs: 900 },
    { instance: "pipe-1", roles: roleNames.slice(1), agoMs: 1_200 },
    { instance: "pipe-0", roles: roleNames.slice(1), agoMs: 30_000 },
  ]),
  agents: known({ known: 2, online: 2, silent: [] }),
  alerts: known({
    ...{ open: { critical: 0, warning: 0, info: 0 }, unacknowledged: 0 },
    ...{ heldBack: 0, oldestAtEpochMs: null },
  }),
  buffer: known({
    ...{ isOpen: true, taps: 1, oldestAtEpochMs: now - 900, bytes: 2_048, isShut: false },
    ...{ ceilingBytes: 1_000_000, doors: 1 },
  }),
  quarantined: known(3),
  newest: known({ id: "s1", archivedAtEpochMs: now - 2_000, taps: 1 }),
  restore: known({
    provenAtEpochMs: now - 60_000,
    firstArchivedAtEpochMs: now - 9_900_000,
    everyMs: 3_600_000,
    readBack: [],
  }),
  reconciliation: known({ lastEpochMs: now - 60_000, waiting: [], openGaps: 0, unbalanced: [] }),
  endings: known({
    endings: [{ what: "signer", subject: "CN=signer", endsAtEpochMs: now + 200 * 86_400_000 }],
    unreadable: [],
  }),
  audit: known({
    ...{ name: "log", size: 5, waiting: 0 },
    ...{ signed: { size: 5, atEpochMs: now - 500 }, cosigned: { size: 5, atEpochMs: now - 400 } },
    archived: { size: 4, atEpochMs: now - 60_000 },
  }),
  logCopies: known([{ name: "main", size: 4, why: "" }]),
  logRights: known([]),
};

const textOf = (standing: Standing): string => standingText(standing, attentionOf(standing));

test("where all is well nothing is asked for, and every part is told", () => {
  expect(attentionOf(well)).toEqual([]);
  const text = textOf(well);
  expect(text).toMatch(/^2027-01-15 08:00:00 UTC {2}well\n/);
  for (const part of [
    "process 7",
    "1 tap waiting",
    "3 taps",
    "current",
    "200 days left",
    "signer 200",
    "5 entries",
  ])
    expect(text).toContain(part);
});

test("the roles that one process had are one thing to mend", () => {
  const processes = known([{ instance: "door-1", roles: ["ingest"], agoMs: 900 }]);
  expect(attentionOf({ ...well, processes })).toEqual([
    {
      what: `no process with any of the roles ${roleNames.slice(1).join(", ")} gives a sign of life`,
      next: "docs/operations.md, A worker died",
    },
  ]);
});

test("each role is told with its processes, and those that have fallen silent", () => {
  const text = textOf(well);
  expect(text).toMatch(/^role ingest +door-1 heard 900 ms ago$/m);
  expect(text).toMatch(/^role kpi +pipe-1 heard 1 s ago, pipe-0 SILENT for 30 s$/m);
});

test("open alerts are told by severity, with how many call and since when, and ask for nothing: they call by themselves", () => {
  expect(textOf(well)).toMatch(/^open alerts +none$/m);
  const open = { critical: 1, warning: 2, info: 0 };
  const alerts = known({ open, unacknowledged: 2, heldBack: 4, oldestAtEpochMs: now - 180_000 });
  expect(attentionOf({ ...well, alerts })).toEqual([]);
  expect(textOf({ ...well, alerts })).toMatch(/ UTC {2}well, but for 1 critical alert that is open\n/);
  expect(textOf({ ...well, alerts })).toMatch(
    /^open alerts +1 critical, 2 warning; 2 unacknowledged; 4 held back; the oldest for 3 min; the console's page \/alerts, or tapline alerts ls/m,
  );
});

test("where all alerts are held back none is open, and they are counted all the same", () => {
  const none = { critical: 0, warning: 0, info: 0 };
  const alerts = known({ open: none, unacknowledged: 0, heldBack: 2, oldestAtEpochMs: null });
  expect(textOf({ ...well, alerts })).toMatch(/^open alerts +none; 2 held back$/m);
});

const faults: [string, Partial<Standing>, RegExp][] = [
  [
    "an archive that is away",
    { archives: known([{ ...away, name: "main", why: "refused" }]) },
    /^! archive main does not answer: refused\n.*SFTP down$/m,
  ],
  [
    "an archive that workers cannot use",
    { archives: known([{ ...away, name: "main", awaySinceEpochMs: now - 190_000, why: "no answer" }]) },
    /^archive main +does not answer since 07:56:50 \(3 min\): no answer$[\s\S]*^! archive main does not answer since/m,
  ],
  [
    "an archive of which no server is known",
    { archives: known([{ ...away, name: "main", state: "unknown", why: "no server" }]) },
    /^! archive main unknown: no server\n +npm start, or/m,
  ],
  [
    "an archive that refuses workers",
    { archives: known([{ ...away, name: "main", state: "refuses", awaySinceEpochMs: now - 190_000_000 }]) },
    /^! archive main refuses us since 2027-01-13 03:13:20 \(2 d\): /m,
  ],
  [
    "an agent that is silent",
    {
      agents: known({
        ...{ known: 3, online: 2 },
        silent: [{ agent: "gate-1", site: "north", heardAtEpochMs: now - 190_000 }],
      }),
    },
    /^agents +2 of 3 online; north\/gate-1 silent for 3 min$[\s\S]*^! 1 of 3 agents not heard of: north\/gate-1 silent/m,
  ],
  [
    "services that could rewrite the audit log",
    { logRights: known(["it is a superuser"]) },
    /the services' role could rewrite the audit log: it is a superuser/,
  ],
  ["a Redis that is away", { stores: [{ ...away, name: "Redis", why: "refused" }] }, /Redis is down/],
  [
    "a stack that does not run",
    { stack: known(null), stores: [{ ...away, name: "PostgreSQL", state: "unknown", why: "x" }] },
    /the stack does not run\n +npm start/,
  ],
  [
    "a tap that waits for long",
    {
      buffer: known({
        isOpen: true,
        taps: 1,
        oldestAtEpochMs: now - 90_000,
        bytes: 1,
        isShut: false,
        ceilingBytes: 9,
        doors: 1,
      }),
    },
    /waited for 90 s/,
  ],
  [
    "a role that no process lives of",
    {
      processes: known([
        { instance: "all", roles: roleNames.filter((role) => role !== "validation"), agoMs: 900 },
      ]),
    },
    /role validation +NO PROCESS[\s\S]*no process with the role validation gives a sign of life\n.*A worker died/,
  ],
  [
    "a role whose only process has fallen silent",
    { processes: known([{ instance: "all", roles: [...roleNames], agoMs: 6_100 }]) },
    /no process with any of the roles ingest, buffer, .*noops gives a sign of life\n/,
  ],
  [
    "a door that does not run",
    {
      buffer: known({
        isOpen: true,
        taps: 0,
        oldestAtEpochMs: null,
        bytes: 0,
        isShut: false,
        ceilingBytes: null,
        doors: 0,
      }),
    },
    /no door runs/,
  ],
  [
    "a restore that was proven too long ago",
    {
      restore: known({
        provenAtEpochMs: now - 9_000_000,
        firstArchivedAtEpochMs: now - 9_900_000,
        everyMs: 3_600_000,
        readBack: [],
      }),
    },
    /no restore was proven lately/,
  ],
  [
    "a certificate that ends soon",
    {
      endings: known({
        endings: [{ what: "door", subject: "CN=d", endsAtEpochMs: now + 86_400_000 }],
        unreadable: [],
      }),
    },
    /door CN=d: 1 day left/,
  ],
  [
    "an open gap",
    { reconciliation: known({ lastEpochMs: now, waiting: [], openGaps: 1, unbalanced: [] }) },
    /1 gap in/,
  ],
  [
    "a witness that lags",
    {
      audit: known({
        name: "log",
        size: 9,
        waiting: 0,
        signed: { size: 9, atEpochMs: now },
        cosigned: { size: 5, atEpochMs: now - 90_000 },
        archived: null,
      }),
    },
    /no witness has cosigned/,
  ],
  [
    "an archive that lacks what others hold of the audit log",
    {
      logCopies: known([
        { name: "main", size: 3, why: "" },
        { name: "second", size: null, why: "not of this log" },
      ]),
    },
    /archive main holds 3 entries of the audit log, and others 4[\s\S]*archive second holds no copy of the audit log \(not/,
  ],
  [
    "an audit log that comes into no archive any more",
    {
      audit: known({
        ...{ name: "log", size: 5, waiting: 0, signed: null, cosigned: null },
        archived: { size: 4, atEpochMs: now - 7_200_000 },
      }),
    },
    /the audit log came into no archive for 2 h/,
  ],
  [
    "an audit log that never came into an archive",
    { audit: known({ name: "log", size: 5, waiting: 0, signed: null, cosigned: null, archived: null }) },
    /the audit log came into no archive for 3 h/,
  ],
];

test.each(faults)("%s needs attention, with what to do next", (_, change, said) => {
  expect(textOf({ ...well, ...change })).toMatch(said);
});

test("what is not known is never told as a figure, and needs attention", () => {
  const parts = [
    "processes",
    "agents",
    "buffer",
    "alerts",
    "quarantined",
    "newest",
    "restore",
    "reconciliation",
    "endings",
    "audit",
    "logCopies",
    "archives",
  ] as const;
  for (const part of parts) {
    const standing = { ...well, [part]: unknown };
    expect(attentionOf(standing), part).not.toEqual([]);
    expect(textOf(standing)).toContain("unknown: no answer within 5 s");
  }
});

test("what does not answer in time is unknown", async () => {
  expect(await told(() => new Promise(() => undefined), 20)).toEqual({
    is: "unknown",
    why: "no answer within 0.02 s",
  });
  expect(await told(async () => 0, 20)).toEqual({ is: "known", value: 0 });
});
