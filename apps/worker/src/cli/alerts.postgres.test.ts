import { execFile } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { connectPrisma, type PrismaClient } from "@tapline/adapters/prisma";
import { AlertDesk, AlertMaintenanceDesk, AlertRulesDesk } from "@tapline/adapters/prisma/alerts";
import { KpiSpans } from "@tapline/adapters/prisma/kpi";
import { alertKeys, connectRedis } from "@tapline/adapters/redis";
import {
  type Alert,
  type AlertNotice,
  type AlertStep,
  defaultAlertRules,
  entryOf,
  openAlert,
  type Raise,
} from "@tapline/core/alerts";
import { uuidV7 } from "@tapline/core/kernel";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { stringify } from "yaml";
import { freshDatabase, ownRedis, temporaryFolder } from "../../../../tools/test-servers/index.ts";

// Each command is a process of its own: seconds each on a busy machine.
vi.setConfig({ testTimeout: 240_000 });

const main = new URL("../../bin/tapline.mjs", import.meta.url).pathname;
let env: Record<string, string>;
let server: Awaited<ReturnType<typeof ownRedis>>;
let prisma: PrismaClient;
let redis: Redis;
let desk: AlertDesk;
let dir: string;

beforeAll(async () => {
  server = await ownRedis();
  const databaseUrl = await freshDatabase();
  env = { DATABASE_URL: databaseUrl, REDIS_URL: server.url };
  prisma = connectPrisma(databaseUrl);
  redis = connectRedis(server.url, () => undefined);
  desk = new AlertDesk(prisma);
  dir = await temporaryFolder();
  await new AlertRulesDesk(prisma, Date.now).activeOrFirst(defaultAlertRules);
});
afterAll(async () => {
  redis.disconnect();
  await prisma.$disconnect();
  await server.stop();
});

const run = (...args: string[]) => runWith({}, ...args);

const runWith = (settings: Record<string, string>, ...args: string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(
      process.execPath,
      [main, "alerts", ...args],
      { env: { ...env, ...settings } },
      (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });

const by = (reason: string) => ["--reason", reason, "--by", "ada", "--yes"];

async function raised(agent: string, more: Partial<Raise> = {}): Promise<Alert> {
  const context = { atEpochMs: Date.now(), actor: { kind: "job", id: "alerts" } as const };
  const raise = {
    ...{ ruleId: "agent-offline", release: "ab".repeat(32), scope: { site: "north", agent }, unit: "agents" },
    ...({ severity: "warning", message: `${agent} is offline`, value: 1, limit: 0, group: null } as const),
    ...{ breachedAtEpochMs: context.atEpochMs, firstOut: true, suppressedBy: null },
    ...more,
  };
  const step: AlertStep = openAlert(uuidV7(context.atEpochMs, randomBytes), raise, context);
  const entries = [entryOf(step, uuidV7(context.atEpochMs, randomBytes))];
  await desk.write([{ baseRev: 0, alert: step.alert, entries }]);
  return step.alert;
}

const told = async () =>
  (await redis.xrange(alertKeys.live, "-", "+")).map(([, fields]) => JSON.parse(fields[1] ?? ""));

test("alerts are listed, shown and acted on; what was done stands in the audit log, and is told", async () => {
  const { id } = await raised("gate\u001b[2J-1");
  const listed = await run("ls", "--severity", "warning", "--site", "north");
  expect(listed.out, listed.err).toMatch(
    new RegExp(
      `^ID +SEVERITY  STATE +RAISED +RULE +MESSAGE +SCOPE\\n${id}  warning +active-unacknowledged  \\S+Z  agent-offline  gate\\?\\[2J-1 is offline`,
    ),
  );
  const before = await run("shelve", id, "--for", "2h", "--reason", "works", "--by", "ada", "--dry-run");
  expect(before.out, before.err).toMatch(/would be shelved until \S+Z; it was active-unacknowledged\n$/);
  expect((await desk.find(id)).rev).toBe(1);
  for (const [act, state] of [
    [["shelve", id, "--for", "2h"], "shelved"],
    [["unshelve", id], "active-unacknowledged"],
    [["ack", id, "--rev", "3"], "acknowledged"],
    [["out-of-service", id], "out-of-service"],
    [["return", id], "active-unacknowledged"],
  ] as const) {
    const { code, err } = await run(...act, ...by("works"));
    expect([code, err]).toEqual([0, ""]);
    expect((await desk.find(id)).state).toBe(state);
  }
  const steps = await desk.stepsOf(id);
  expect(steps.map(({ action }) => action)).toEqual([
    ...["alert.raised", "alert.shelved", "alert.unshelved", "alert.acknowledged"],
    ...["alert.taken-out-of-service", "alert.returned-to-service"],
  ]);
  for (const step of steps.slice(1))
    expect(step).toMatchObject({ actor: { kind: "operator", id: "ada" }, reason: "works" });
  expect((await told()).at(-1)).toMatchObject({ is: "alerts", recorded: true, alerts: [{ id, rev: 6 }] });
  const shown = await run("show", id);
  expect(shown.out, shown.err).toMatch(/do: .*\n.*cause: /s);
  expect(shown.out.split("\n").at(-2)).toContain("operator ada  alert.returned-to-service");
});

test("an alert is commented on and assigned by e-mail address, and who may not act is named", async () => {
  const { id } = await raised("gate-9");
  const person = { id: "user-alan", name: "Alan", email: "alan@example.org", role: "operator" };
  await prisma.user.create({ data: person });
  await prisma.user.create({ data: { ...person, id: "user-v", email: "v@example.org", role: "viewer" } });
  expect((await run("comment", id, ...by("the cable is out"))).code).toBe(0);
  const done = await run("assign", id, "--to", "Alan@example.org", ...by("near it"));
  expect(done.out, done.err).toContain("is now assigned to Alan (user-alan)");
  expect((await run("show", id)).out).toContain("assigned to Alan (user-alan)\n");
  const refused = await run("assign", id, "--to", "v@example.org", ...by("no"));
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining("may not act on alerts")]);
  expect((await run("assign", id, ...by("seen to"))).out).toContain("is now assigned to nobody");
  expect((await desk.stepsOf(id)).map(({ action, reason }) => [action, reason])).toEqual([
    ["alert.raised", null],
    ["alert.noted", "the cable is out"],
    ["alert.assigned", "near it"],
    ["alert.unassigned", "seen to"],
  ]);
});

test("figures are shown with their units, as the console shows them", async () => {
  const away = await raised("gate-7", { value: 300_972, limit: 60_000, unit: "ms" });
  expect((await run("show", away.id)).out).toContain(
    "value when raised 5.02 min, limit 60 s, farthest 5.02 min\n",
  );
  const ratio = await raised("gate-8", { value: 0.23424878836833601, limit: 0.2, unit: "ratio" });
  expect((await run("show", ratio.id)).out).toContain(
    "value when raised 23.4249 %, limit 20 %, farthest 23.4249 %\n",
  );
  expect(JSON.parse((await run("show", ratio.id, "--json")).out)).toMatchObject({
    alert: { value: 0.23424878836833601, limit: 0.2, unit: "ratio" },
  });
});

test("who looked at an older revision is refused, and told who was faster", async () => {
  const { id } = await raised("gate-2");
  expect((await run("ack", id, ...by("mine"))).code).toBe(0);
  const late = await run("shelve", id, "--for", "1h", "--rev", "1", ...by("mine, too"));
  expect([late.code, late.err]).toEqual([1, expect.stringContaining("acknowledged by operator ada")]);
  expect((await desk.find(id)).state).toBe("acknowledged");
  expect((await run("ls", "--state", "broken")).err).toContain("broken is no state of alerts");
});

test("maintenance of a site or rule that there is not is refused, a dry run's, too", async () => {
  const begin = ["maintenance", "start", "--for", "1h", "--reason", "works", "--by", "ada"];
  for (const last of ["--yes", "--dry-run"]) {
    const site = await run(...begin, "--site", "nrth", last);
    expect([site.code, site.err]).toEqual([
      1,
      expect.stringMatching(/a site nrth \(there is default\)\n.*token for an agent/),
    ]);
    const ofRule = await run(...begin, "--rule", "agent-ofline", last);
    expect(ofRule.err).toContain(
      "nothing is known of a rule in force agent-ofline (did you mean agent-offline?)",
    );
    expect(ofRule.err).toContain("each alert names the rule that raised it");
  }
});

test("who did something at the console is told by name, beside the id that the audit log has", async () => {
  const grace = "user-grace";
  const [name, email] = ["Grace\u001b[2J Hopper", "grace@example.org"];
  await prisma.user.create({ data: { id: grace, name, email } });
  const { id } = await raised("gate-3");
  const actor = { kind: "operator", id: grace } as const;
  await desk.act(id, { kind: "acknowledge", note: null }, { actor, atEpochMs: Date.now(), seenRev: 1 });
  const shown = await run("show", id);
  expect(shown.out, shown.err).toMatch(/^acknowledged by operator Grace.*Hopper \(user-grace\) at \S+Z$/m);
  expect(shown.out).toMatch(/operator Grace.*Hopper \(user-grace\) {2}alert\.acknowledged/);
  expect(shown.out).not.toContain("\u001b");
  const late = await run("shelve", id, "--for", "1h", "--rev", "1", ...by("mine"));
  expect([late.code, late.err]).toEqual([1, expect.stringContaining("user-grace is Grace")]);
  const maintenance = new AlertMaintenanceDesk(prisma, Date.now);
  const wanted = { sites: [], rules: ["agent-offline"], endsAtEpochMs: Date.now() + 3_600_000 };
  const window = await maintenance.start(wanted, { actor, reason: "works" });
  expect((await run("maintenance", "ls")).out).toMatch(
    new RegExp(
      `^ID .* ENDED BY +REASON\n${window.id} .* agent-offline +Grace.*Hopper \\(user-grace\\) +- +works\n$`,
    ),
  );
  const audited = await promisify(execFile)(process.execPath, [main, "audit", "ls", "--limit", "1"], { env });
  expect(audited.stdout).toMatch(/operator Grace.*Hopper \(user-grace\) {2}alert-maintenance\.started/);
});

test("the delivery log tells of a call what its rule waited apart from what the delivery took", async () => {
  const [breachedAtEpochMs, raisedAtEpochMs] = [Date.now() - 61_000, Date.now() - 1_000];
  const notice: AlertNotice = {
    ...{
      kind: "call",
      alertId: randomUUID(),
      rev: 1,
      ruleId: "rejects-high",
      severity: "info",
      message: "m",
    },
    ...{ scope: {}, value: 1, limit: 0, action: "a", runbook: "r", by: null, step: 0 },
    ...{ breachedAtEpochMs, raisedAtEpochMs, atEpochMs: raisedAtEpochMs },
  };
  const { alertId, kind } = notice;
  const row = { id: "d1", alertId, kind, channel: "desk", notice, raisedAt: new Date(raisedAtEpochMs) };
  const endedAt = new Date(raisedAtEpochMs + 42);
  await prisma.alertDelivery.create({
    data: { ...row, state: "sent", attempts: 1, dueAt: endedAt, endedAt },
  });
  const { out, err } = await run("deliveries");
  expect(out, err).toMatch(
    /^WHEN +WHAT +RULE +CHANNEL +STATE +ATTEMPTS +CAME OF IT\n\S+Z +call +rejects-high +desk +sent +1 +sent 42 ms after the raise, which came 60 s after the breach\n$/,
  );
  const [told] = JSON.parse((await run("deliveries", "--json")).out);
  expect(told).toMatchObject({ tookMs: 42, notice: { breachedAtEpochMs, raisedAtEpochMs } });
});

test("rules are applied at once, a dry run says what they change, and nothing is where nobody can be told", async () => {
  const [first, second, ...others] = defaultAlertRules.rules;
  const file = join(dir, "rules.yaml");
  const rules = [{ ...first, severity: "info" }, { ...second, id: "another-name" }, ...others];
  await writeFile(file, stringify({ ...defaultAlertRules, version: 2, rules }));
  const dry = await run("apply", file, "--reason", "quiet", "--by", "ada", "--dry-run");
  expect(dry.out, dry.err).toBe(
    [
      "version 2 of the alert rules would be in force instead of 1; what changes:",
      `  ${second?.id}: gone`,
      `  ${first?.id}: severity: "${first?.severity}" → "info"`,
      `  another-name: new, ${second?.severity}`,
      "",
    ].join("\n"),
  );
  const desk = new AlertRulesDesk(prisma, Date.now);
  const untold = await runWith({ REDIS_URL: "" }, "apply", file, ...by("quiet"));
  expect([untold.code, untold.err]).toEqual([1, expect.stringContaining("REDIS_URL")]);
  expect(await desk.active()).toMatchObject({ version: 1 });
  const blind = await run("apply", file, "--seen", "7", ...by("quiet"));
  expect([blind.code, blind.err]).toEqual([1, expect.stringContaining("and no longer version 7")]);
  const applied = await run("apply", file, "--seen", "1", ...by("quiet"));
  expect(applied.out, applied.err).toContain("version 2 of the alert rules is in force instead of 1");
  expect(await desk.active()).toMatchObject({ version: 2, madeBy: "operator/ada", reason: "quiet" });
  expect((await told()).at(-1)).toEqual({ is: "rules", version: 2 });
  const entries = await prisma.auditEntry.findMany({ where: { subject: "alert-rules/2" } });
  expect(entries.map(({ action, actorId }) => [action, actorId])).toEqual([["alert-rules.released", "ada"]]);
  const again = await run("apply", file, ...by("quiet"));
  expect([again.code, again.err]).toEqual([1, expect.stringContaining("is in force already")]);
});

test("rules of before come back at once, and not where nobody can be told", async () => {
  const desk = new AlertRulesDesk(prisma, Date.now);
  const [of, version] = [(await desk.list()).at(-2)?.version, (await desk.active())?.version ?? 0];
  const untold = await runWith({ REDIS_URL: "" }, "rollback", ...by("too quiet"));
  expect([untold.code, untold.err]).toEqual([1, expect.stringContaining("REDIS_URL")]);
  expect(await desk.active()).toMatchObject({ version });
  const done = await run("rollback", ...by("too quiet"));
  expect(done.out, done.err).toContain(
    `the alert rules of version ${of} come back\nversion ${version + 1} of the alert rules is in force instead of ${version}; what changes:\n`,
  );
  expect(await desk.active()).toMatchObject({ version: version + 1, reason: "too quiet" });
  expect((await told()).at(-1)).toEqual({ is: "rules", version: version + 1 });
  const forth = await run("rollback", "--to", String(version), ...by("as it was"));
  expect(forth.code, forth.err).toBe(0);
});

test("rules that name a channel that is not in force are refused, and who takes a channel away is warned", async () => {
  const [first, ...others] = defaultAlertRules.rules;
  const [rules, channels, none] = ["routed", "channels", "none"].map((name) => join(dir, `${name}.yaml`));
  const routed = { ...first, routing: [{ channels: ["room"] }] };
  await writeFile(rules ?? "", stringify({ ...defaultAlertRules, version: 5, rules: [routed, ...others] }));
  const room = { kind: "webhook", name: "room", shape: "slack", url: { secret: "room-url" } };
  const format = "tapline-alert-channels/1";
  await writeFile(channels ?? "", stringify({ format, channels: [room] }));
  await writeFile(none ?? "", stringify({ format }));
  const refused = await run("apply", rules ?? "", ...by("told"));
  expect([refused.code, refused.err]).toEqual([
    1,
    expect.stringContaining(`rules.${first?.id}.routing: there is no channel, schedule or policy room`),
  ]);
  const idle = "note: no rule in force leads to room by its routing: it is told nothing yet";
  expect((await run("channel", "release", channels ?? "", ...by("a room"))).out).toMatch(
    new RegExp(`in force: 1 channel, 0 policies\n${idle}\n$`),
  );
  expect((await run("apply", rules ?? "", ...by("told"))).err).toBe("");
  expect((await run("channel", "release", channels ?? "", ...by("again"))).out).not.toContain("note");
  const dry = await run("channel", "release", none ?? "", "--reason", "gone", "--by", "ada", "--dry-run");
  expect(dry.out, dry.err).toMatch(
    /is sound: 0 channels.*\nwarning: .*no channel, schedule or policy room\n$/,
  );
});

test("a preview says how often rules would have fired, and what of that nobody can know", async () => {
  const file = join(dir, "preview.yaml");
  const card = { cause: "c", consequence: "c", action: "a", respondWithinMinutes: 5 };
  const given = { severity: "info", message: "{value}", runbook: "docs/runbooks.md#rejects-high", card };
  const condition = { kind: "threshold", limit: { above: 50 } };
  const rules = [
    { ...given, id: "refused", kpi: "taps.rejected_per_minute", per: "site", condition },
    { ...given, id: "behind", kpi: "agents.outbox_oldest_ms", per: "agent", condition },
  ];
  await writeFile(file, stringify({ format: "tapline-alert-rules/1", version: 1, rules }));
  expect((await run("preview", file, "--days", "1")).out).toMatch(
    /^refused: whether it would have fired since \S+Z cannot be said: nobody kept history then$/m,
  );
  const minute = Math.floor(Date.now() / 60_000);
  const span = (scope: { site?: string }, before: number, refused: number) => ({
    ...{ scope, startEpochMs: (minute - before) * 60_000, resolutionMs: 60_000, times: {}, levels: {} },
    counts: { "tap.rejected": refused },
  });
  // Some minutes more than are looked at: they pass while commands run.
  const kept = Array.from({ length: 1_440 + 20 }, (_, before) => span({}, before - 10, 0));
  const refused = [40, 39, 20].map((before) => span({ site: "no\u001brth" }, before, 60));
  await new KpiSpans(prisma).keepMinutes([...kept, ...refused], null, "1-0");
  const told = await run("preview", file, "--days", "1");
  expect(told.code, told.err).toBe(0);
  const [sum, row, steps, other] = told.out.split("\n");
  expect(sum).toMatch(/^refused: 2 times, active for 3 min in all, for 2 min at most since \S+Z$/);
  expect(row).toMatch(/^ {2}site=no%1Brth {2}2 times {2}3 min in all {2}2 min at most$/);
  expect(steps).toBe("  judged by steps of 60 s: what was shorter is not seen");
  expect(other).toBe(
    "behind: cannot be judged: no history is kept of this level of single agents and readers",
  );
  expect((await run("preview", file, "--rule", "refused")).out).toMatch(
    /^refused: in the 24 h of 7 d of which there is history, 2 times, active for 3 min in all, /,
  );
  const week = await run("preview", file, "--rule", "refused", "--json");
  expect(JSON.parse(week.out)).toMatchObject({ fired: 2, unjudged: { because: null } });
  expect(JSON.parse(week.out).unjudged.missingMs).toBeGreaterThan(5 * 86_400_000);
  expect((await run("preview", file, "--rule", "refuse")).err).toMatch(
    /has no rule refuse\n.*did you mean refused\?/,
  );
  await writeFile(
    file,
    stringify({
      format: "tapline-alert-rules/1",
      version: 1,
      rules: [{ ...rules[0], only: { site: ["nrth"] } }],
    }),
  );
  expect((await run("preview", file)).out).toContain(
    "warning: rules.refused.only.site: nothing is known of a site nrth (there is default); until it comes this does nothing",
  );
  expect((await run("preview", file, "--days", "31")).err).toContain("31 days cannot be looked back");
});
