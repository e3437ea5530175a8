import {
  type AlertRule,
  alertChannelsFormat,
  defaultAlertRules,
  noChannels,
  parseAlertChannels,
} from "@tapline/core/alerts";
import { readEntry } from "@tapline/core/audit";
import { noopsRulesFormat, parseNoopsRules } from "@tapline/core/noops";
import { type RuleKind, ruleKindNames, ruleKinds } from "@tapline/core/rollout";
import { defaultRules } from "@tapline/core/validation";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { freshDatabase } from "../../../../../../tools/test-servers/index.ts";
import { ruleOf } from "../../../../src/noops/decision.fixture.ts";
import { AlertChannelsDesk, AlertRulesDesk } from "../alerts/index.ts";
import { connectPrisma, type PrismaClient, RulesDesk } from "../index.ts";
import { NoopsRulesDesk } from "../noops/index.ts";
import { RuleReleasesDesk } from "./index.ts";

let prisma: PrismaClient;
let desk: RuleReleasesDesk;
let told: string[];
/** Puts rules in force that differ by `figure`, the first of which is version 1, the second version 2, … */
let give: Readonly<Record<RuleKind, (figure: number) => Promise<unknown>>>;
const act = { actor: { kind: "operator", id: "ada" }, reason: "it acted too often" } as const;
const plain = { to: null, seenVersion: null };
const channel = { kind: "webhook", name: "room", shape: "slack", url: { secret: "room-url" } } as const;
const rule = defaultAlertRules.rules[0]!;

/** What follows the newest release. */
const next = async (kind: RuleKind): Promise<number> =>
  ((await desk.list(kind)).releases[0]?.version ?? 0) + 1;
const inForce = async (kind: RuleKind) => (await desk.list(kind)).inForce;
const conflict = (message: string) => ({ code: "conflict", message: expect.stringContaining(message) });
const alertRules = (version: number, onDelayMs: number, routing: AlertRule["routing"] = []) => ({
  ...{ ...defaultAlertRules, version },
  rules: [{ ...rule, onDelayMs, routing }],
});

beforeEach(async () => {
  prisma = connectPrisma(await freshDatabase());
  told = [];
  desk = new RuleReleasesDesk(prisma, Date.now, {
    assertHeard: async () => undefined,
    tell: async (kind, version) => void told.push(`${kind} ${version}`),
  });
  const rules = new RulesDesk(prisma, Date.now);
  give = {
    "validation-rules": async (figure) => {
      const made = { ...defaultRules, heartRateBpm: { max: figure } };
      // What the first start makes is in force without anybody's switching.
      if ((await rules.activeVersion()) === null) await rules.makeFirst(made);
      else await rules.switchTo(await rules.release(made, act), act);
    },
    "alert-rules": async (figure) =>
      await new AlertRulesDesk(prisma, Date.now).release(alertRules(await next("alert-rules"), figure), act),
    "alert-channels": async (figure) => {
      const document = { format: alertChannelsFormat, channels: [{ ...channel, name: `room-${figure}` }] };
      await new AlertChannelsDesk(prisma, Date.now).release(parseAlertChannels(document), act);
    },
    "noops-rules": async (figure) => {
      const document = { format: noopsRulesFormat, version: await next("noops-rules"), actsPerHour: figure };
      const made = parseNoopsRules({ ...document, rules: [ruleOf({ mode: "dry-run" })] });
      await new NoopsRulesDesk(prisma, Date.now).release(made, act);
    },
  };
});
afterEach(() => prisma.$disconnect());

/** Of these a release of before comes back as itself; of all others by one of their own. */
const asItself = (kind: RuleKind): boolean => kind === "validation-rules";

describe.each(ruleKinds)("%s", (kind) => {
  const name = ruleKindNames[kind];

  test("what was in force before comes back, told and recorded as what it is; what is only shown changes nothing", async () => {
    await give[kind](10);
    await give[kind](20);
    const entries = await prisma.auditEntry.count();
    const shown = await desk.rollBack(kind, plain, { ...act, dryRun: true });
    const back = asItself(kind) ? 1 : 3;
    expect(shown).toMatchObject({ before: 2, to: 1, version: back });
    expect(shown.changes.join()).toMatch(
      kind === "alert-channels" ? /room-20: gone.*room-10: new/ : /20.* → .*10/,
    );
    expect([await inForce(kind), await prisma.auditEntry.count(), told]).toEqual([2, entries, []]);

    expect(await desk.rollBack(kind, { to: null, seenVersion: 2 }, act)).toEqual(shown);
    expect([await inForce(kind), told]).toEqual([back, [`${kind} ${back}`]]);
    const newest = (await desk.list(kind, 1)).releases.map(({ version }) => version);
    expect(newest).toEqual(asItself(kind) ? [2, 1] : [3]);
    const subject = asItself(kind) ? "rules/1" : `${kind}/3`;
    const action = asItself(kind) ? "rules.switched" : `${kind}.released`;
    const row = await prisma.auditEntry.findFirstOrThrow({ where: { subject, action } });
    expect(readEntry(row.bytes)).toMatchObject({
      ...{ actor: act.actor, before: { version: 2 }, after: { version: back } },
      ...(asItself(kind) ? {} : { facts: { rulesOf: 1 } }),
    });
  });

  test("of two who roll back at the same moment one is refused, and what came back stays", async () => {
    await give[kind](10);
    await give[kind](20);
    const both = await Promise.allSettled([desk.rollBack(kind, plain, act), desk.rollBack(kind, plain, act)]);
    const back = asItself(kind) ? 1 : 3;
    expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(both.find((one) => one.status === "rejected")?.reason).toMatchObject({
      ...conflict(`version ${back} of the ${name}, by `),
      remedy: "say by --to which to go to: 2 is the one before it",
    });
    expect(await inForce(kind)).toBe(back);
    await desk.rollBack(kind, { to: 2, seenVersion: back }, act);
    expect(await inForce(kind)).toBe(asItself(kind) ? 2 : 4);
  });

  test("refuses where something else is in force than was looked at, what there is not, and where nothing was before", async () => {
    await expect(desk.rollBack(kind, plain, act)).rejects.toMatchObject(conflict(`no ${name} are in force`));
    await give[kind](10);
    await expect(desk.rollBack(kind, plain, act)).rejects.toMatchObject(conflict("before version 1"));
    await give[kind](20);
    const refused: [number | null, number | null, string][] = [
      [null, 1, `version 2 of the ${name} is in force by now, and no longer version 1`],
      [9, null, `there is no version 9 of the ${name}`],
      [2, null, `version 2 of the ${name} is in force already`],
    ];
    for (const [to, seenVersion, message] of refused)
      await expect(desk.rollBack(kind, { to, seenVersion }, act)).rejects.toThrow(message);
    expect([await inForce(kind), told]).toEqual([2, []]);
  });
});

test("where nobody can be told, nothing is changed", async () => {
  await give["alert-rules"](10);
  await give["alert-rules"](20);
  const mute = new RuleReleasesDesk(prisma, Date.now, {
    assertHeard: async () => Promise.reject(new Error("Redis is away")),
    tell: async () => undefined,
  });
  await expect(mute.rollBack("alert-rules", plain, act)).rejects.toThrow("Redis is away");
  expect(await inForce("alert-rules")).toBe(2);
});

test("rules that this version would not take any more do not come back, and what is wrong with them is said", async () => {
  const made = { version: 1, madeAt: new Date(), madeBy: "job/noops" };
  const broken = { ...ruleOf({ mode: "dry-run" }), when: "nobody(1)" };
  const document = { format: noopsRulesFormat, version: 1, rules: [broken] };
  await prisma.noopsRuleSet.create({ data: { ...made, digest: new Uint8Array(32), rules: document } });
  await give["noops-rules"](20);
  await expect(desk.rollBack("noops-rules", plain, act)).rejects.toMatchObject(
    conflict(`version 1 of the NoOps rules may be in force no more: rules.${broken.id}.when`),
  );
  await prisma.validationRelease.create({ data: { ...made, rules: { unsigned: "perhaps" } } });
  const rules = new RulesDesk(prisma, Date.now);
  await rules.switchTo(await rules.release(defaultRules, act), act);
  await expect(desk.rollBack("validation-rules", { to: 1, seenVersion: null }, act)).rejects.toMatchObject(
    conflict("version 1 of the validation rules may be in force no more: unsigned"),
  );
});

test("alert rules that would tell nobody do not come back: their channel has gone since", async () => {
  const rules = new AlertRulesDesk(prisma, Date.now);
  const channels = new AlertChannelsDesk(prisma, Date.now);
  await give["alert-channels"](1);
  const routing = [{ channels: ["room-1"] }] as unknown as AlertRule["routing"];
  await rules.release(alertRules(1, 0, routing), act);
  await rules.release(alertRules(2, 0), act);
  expect((await desk.rollBack("alert-rules", plain, { ...act, dryRun: true })).to).toBe(1);
  await channels.release(noChannels, act);
  await expect(desk.rollBack("alert-rules", plain, act)).rejects.toMatchObject(
    conflict("there is no channel, schedule or policy room-1"),
  );
});
