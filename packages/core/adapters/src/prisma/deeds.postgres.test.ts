import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { type AlertAct, alertRulesFormat, entryOf, openAlert } from "@tapline/core/alerts";
import { type AuditEntry, newEntry, readEntry } from "@tapline/core/audit";
import { uuidV7 } from "@tapline/core/kernel";
import { noopsRulesFormat } from "@tapline/core/noops";
import { defaultRules } from "@tapline/core/validation";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshDatabase, servicesOf } from "../../../../../tools/test-servers/index.ts";
import { AlertDesk, AlertRulesDesk } from "./alerts/index.ts";
import { FleetDesk } from "./fleet/index.ts";
import {
  AgentRegistry,
  ArchiveCopies,
  ArchiveHolds,
  connectPrisma,
  type PrismaClient,
  QuarantineDesk,
  RefusedActs,
  RulesDesk,
  SiteStatements,
  TrackerDesk,
  TrackerRegistry,
} from "./index.ts";
import { NoopsDesk, NoopsRulesDesk } from "./noops/index.ts";

const guard = readFileSync(new URL("./unrecorded.fixture.sql", import.meta.url), "utf8");
const act = { actor: { kind: "operator" as const, id: "ola" }, reason: "a test" };
const traceId = "0af7651916cd43dd8448eb211c80319c";

/** The owner's hand. */
let owner: PrismaClient;
let services: PrismaClient;

beforeAll(async () => {
  const url = await freshDatabase();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(guard);
  await client.end();
  owner = connectPrisma(url);
  services = connectPrisma(servicesOf(url));
});
afterAll(() => Promise.all([owner, services].map((client) => client.$disconnect())));

/** What `deed` wrote. */
async function entriesOf(deed: () => Promise<unknown>): Promise<AuditEntry[]> {
  const before = await owner.auditEntry.count();
  await deed();
  const rows = await owner.auditEntry.findMany({
    orderBy: [{ recordedAt: "asc" }, { id: "asc" }],
    skip: before,
  });
  return rows.map(({ bytes }) => readEntry(bytes));
}

const tracker = { id: "00112233445566aa", publicKey: Buffer.alloc(32, 7) };
const imported = { id: "00112233445566bb", kid: "0".repeat(16), publicKey: Buffer.alloc(32, 8) };
const importEntry = newEntry(1, randomBytes, {
  ...{ ...act, action: "tracker.enrolled", subject: "tracker/*", facts: { listed: 1 } },
});
const hold = { kind: "days" as const, subject: "", firstDay: "2026-11-01", lastDay: null, reason: "a case" };
const pin = Buffer.alloc(32, 9);
const certificate = () => ({
  serial: randomBytes(8).toString("hex"),
  notAfterEpochMs: Date.now() + 3_600_000,
});
const fleetAct = () => ({ ...act, atEpochMs: Date.now(), dryRun: false });
const limits = { minAgents: 0 } as unknown as Parameters<FleetDesk["advance"]>[2];
const task = { kind: "withdraw", target: "main", segment: "01939b6c-0000-7000-8000-000000000001" };

const trackers = () => new TrackerDesk(services, Date.now);
const agents = () => new AgentRegistry(services, Date.now);
const fleet = () => new FleetDesk(services);
const holds = () => new ArchiveHolds(services, Date.now);
const rules = () => new RulesDesk(services, Date.now);
const raise = {
  ...{
    ruleId: "agent-offline",
    release: "ab".repeat(32),
    scope: { site: "north" },
    unit: "agents",
    group: null,
  },
  ...({ severity: "warning", message: "away", value: 1, limit: 0, breachedAtEpochMs: 1 } as const),
  ...{ firstOut: true, suppressedBy: null },
};
const alertRaised = openAlert(uuidV7(1, randomBytes), raise, { atEpochMs: 1, actor: act.actor });
const actOnAlert = (seenRev: number, what: AlertAct) => () =>
  new AlertDesk(services).act(alertRaised.alert.id, what, { atEpochMs: 2, actor: act.actor, seenRev });
let digest: Buffer;
let serial: string;

/** In this order, since each builds on those before it: what is done, by which action it is told, what it changed. */
const deeds: [string, () => Promise<unknown>, Partial<AuditEntry> & { before?: unknown; after?: unknown }][] =
  [
    [
      "a tracker is enrolled",
      () => trackers().enrol(tracker, act),
      { action: "tracker.enrolled", after: { state: "enrolled", kid: expect.any(String) } },
    ],
    [
      "a tracker is revoked",
      () => trackers().revoke(tracker.id, act),
      { action: "tracker.revoked", before: { state: "enrolled" }, after: { state: "revoked" } },
    ],
    [
      "trackers are imported",
      () => new TrackerRegistry(services, Date.now).enrol([imported], importEntry),
      { action: "tracker.enrolled" },
    ],
    [
      "an agent is invited",
      async () => {
        const wish = { agent: "desk-1", ring: 1, site: null, ttlMs: 60_000, pin };
        const { token } = await agents().createToken(wish, { ...act, traceId });
        const { readToken, tokenDigest } = await import("@tapline/core/tap");
        digest = tokenDigest(readToken(token).secret);
      },
      { action: "agent.token-created", traceId },
    ],
    [
      "an agent enrols",
      async () => {
        const made = certificate();
        serial = made.serial;
        await agents().enrol("desk-1", digest, made, "pc", traceId);
      },
      { action: "agent.enrolled", before: { state: "not enrolled" }, after: { state: "enrolled" }, traceId },
    ],
    [
      "an agent renews",
      () => agents().renew("desk-1", serial, certificate(), traceId),
      { action: "agent.renewed", traceId },
    ],
    [
      "an agent is said to stand elsewhere",
      () => new SiteStatements(services).setSite("desk-1", "north", act, 1),
      { action: "site.set", before: { site: "default" }, after: { site: "north" } },
    ],
    [
      "settings are made",
      () => fleet().makeRevision({} as Parameters<FleetDesk["makeRevision"]>[0], fleetAct()),
      { action: "fleet.config-made" },
    ],
    [
      "a roll-out begins",
      () => fleet().start("version", "1.2.0", [1, 2], fleetAct()),
      { action: "fleet.rollout-started" },
    ],
    [
      "a roll-out halts",
      () => fleet().halt("version", fleetAct()),
      { action: "fleet.rollout-halted", before: { state: "running" }, after: { state: "halted" } },
    ],
    [
      "a roll-out goes on",
      () => fleet().resume("version", fleetAct()),
      { action: "fleet.rollout-resumed", before: { state: "halted" }, after: { state: "running" } },
    ],
    [
      "a roll-out reaches its next ring",
      () => fleet().advance("version", true, limits, fleetAct()),
      { action: "fleet.rollout-advanced", before: { reached: 0 }, after: { reached: 1 } },
    ],
    [
      "a roll-out ends",
      () => fleet().advance("version", true, limits, fleetAct()),
      { action: "fleet.rollout-finished", before: { state: "running" }, after: { state: "done" } },
    ],
    [
      "a roll-out is aborted",
      async () => {
        await fleet().start("version", "1.3.0", null, fleetAct());
        await fleet().abort("version", fleetAct());
      },
      { action: "fleet.rollout-aborted", before: { state: "running" }, after: { state: "aborted" } },
    ],
    [
      "an agent is pinned",
      () => fleet().pin("desk-1", { version: "1.1.0" }, fleetAct()),
      { action: "fleet.pinned", before: { pinnedVersion: null }, after: { pinnedVersion: "1.1.0" } },
    ],
    [
      "an agent is let go",
      () => fleet().unpin("desk-1", fleetAct()),
      {
        action: "fleet.unpinned",
        before: { pinnedRevision: null, pinnedVersion: "1.1.0" },
        after: { pinnedRevision: null, pinnedVersion: null },
      },
    ],
    [
      "an agent gets another ring",
      () => fleet().setRing("desk-1", 2, fleetAct()),
      { action: "fleet.ring-set", before: { ring: 1 }, after: { ring: 2 } },
    ],
    [
      "an agent is revoked",
      () => agents().revoke("desk-1", act),
      { action: "agent.revoked", before: { state: "enrolled" }, after: { state: "revoked" } },
    ],
    ["a hold is placed", () => holds().place(hold, act), { action: "hold.placed" }],
    [
      "a hold is released",
      () => holds().release(1, act),
      { action: "hold.released", before: { state: "holds" }, after: { state: "released" } },
    ],
    ["rules are made", () => rules().makeFirst(defaultRules), { action: "rules.released" }],
    ["rules are given out", () => rules().release(defaultRules, act), { action: "rules.released" }],
    [
      "rules are switched",
      () => rules().switchTo(2, act),
      { action: "rules.switched", before: { version: 1 }, after: { version: 2 } },
    ],
    [
      "alert rules are given out",
      () =>
        new AlertRulesDesk(services, Date.now).release(
          { format: alertRulesFormat, version: 1, rules: [] },
          act,
        ),
      { action: "alert-rules.released", after: { version: 1 } },
    ],
    [
      "NoOps rules are given out",
      () =>
        new NoopsRulesDesk(services, Date.now).release(
          { format: noopsRulesFormat, version: 1, actsPerHour: 60, rules: [] },
          act,
        ),
      { action: "noops-rules.released", after: { version: 1 } },
    ],
    [
      "NoOps is paused",
      () => new NoopsDesk(services, Date.now).pause({ pauses: "all", untilEpochMs: null }, act),
      { action: "noops.paused" },
    ],
    [
      "an alert is raised",
      () => {
        const entries = [entryOf(alertRaised, uuidV7(1, randomBytes))];
        return new AlertDesk(services).write([{ baseRev: 0, alert: alertRaised.alert, entries }]);
      },
      { action: "alert.raised", after: { state: "active-unacknowledged" } },
    ],
    [
      "an alert is acknowledged",
      actOnAlert(1, { kind: "acknowledge", note: "seen" }),
      { action: "alert.acknowledged", after: { state: "acknowledged" } },
    ],
    [
      "an alert is shelved",
      actOnAlert(2, { kind: "shelve", mode: "timed", untilEpochMs: 1_000, note: "works" }),
      { action: "alert.shelved", after: { state: "shelved" } },
    ],
    [
      "an alert is taken off the shelf",
      actOnAlert(3, { kind: "unshelve", note: "done" }),
      { action: "alert.unshelved", before: { state: "shelved" } },
    ],
    [
      "an alert is taken out of service",
      actOnAlert(4, { kind: "take-out-of-service", note: "repair" }),
      { action: "alert.taken-out-of-service", after: { state: "out-of-service" } },
    ],
    [
      "an alert is returned to service",
      actOnAlert(5, { kind: "return-to-service", note: "repaired" }),
      { action: "alert.returned-to-service", before: { state: "out-of-service" } },
    ],
    [
      "a refused tap is shown",
      () => new QuarantineDesk(services, Date.now).noteReveal({ agent: "a", epoch: 1, seq: 1 }, act),
      { action: "quarantine.revealed" },
    ],
    [
      "a copy is withdrawn",
      async () => {
        const { kind, target, segment } = task;
        await owner.archiveTask.create({ data: { kind, target, segmentId: segment, attempts: 0 } });
        const what = {
          action: "segment.copy-withdrawn" as const,
          subject: `segment/${segment}`,
          facts: { target },
        };
        const entry = newEntry(1, randomBytes, { ...act, ...what });
        await new ArchiveCopies(services).settle(
          { ...task, attempts: 0 } as Parameters<ArchiveCopies["settle"]>[0],
          entry,
        );
      },
      { action: "segment.copy-withdrawn" },
    ],
    [
      "somebody is refused",
      () =>
        new RefusedActs(services, Date.now).note({
          ...{ action: "act.refused", actor: act.actor, traceId },
          ...{ subject: "verb/agent.revoke", facts: { needs: "admin" } },
        }),
      { action: "act.refused", traceId },
    ],
  ];

test.each(deeds)("%s: with an entry in the same transaction", async (_what, deed, told) => {
  const entries = await entriesOf(deed);
  expect(entries.at(-1)).toMatchObject(told);
});

test("what changes something and writes no entry is found", async () => {
  await expect(services.tracker.update({ where: { id: tracker.id }, data: { kid: null } })).rejects.toThrow(
    "UPDATE on tracker without an audit entry",
  );
});
