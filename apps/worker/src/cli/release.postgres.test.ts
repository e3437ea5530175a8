import { execFile } from "node:child_process";
import { connectPrisma, type PrismaClient, ReleaseDesk, RulesDesk } from "@tapline/adapters/prisma";
import type { ShiftState } from "@tapline/core/rollout";
import { defaultRules } from "@tapline/core/validation";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { freshDatabase, testEnvironment } from "../../../../tools/test-servers/index.ts";

// Each command is a process of its own: seconds each on a busy machine.
vi.setConfig({ testTimeout: 240_000 });

const main = new URL("./main.ts", import.meta.url).pathname;
const by = ["--reason", "a new sensor", "--by", "ada"];
const create = ["create", "--service", "validation", "--of", "1.4.0", "--set", "LOG_LEVEL=debug"];
let databaseUrl: string;
let prisma: PrismaClient;
let desk: ReleaseDesk;

beforeEach(async () => {
  databaseUrl = await freshDatabase();
  prisma = connectPrisma(databaseUrl);
  desk = new ReleaseDesk(prisma, Date.now);
  await new RulesDesk(prisma, Date.now).makeFirst(defaultRules);
});
afterEach(() => prisma.$disconnect());

const run = (...args: string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const env = testEnvironment({ DATABASE_URL: databaseUrl });
    execFile(process.execPath, [main, "release", ...args], { env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });

const audited = async (): Promise<string[]> => {
  const rows = await prisma.auditEntry.findMany({
    where: { action: { startsWith: "release." }, actorId: { not: "release-control" } },
    orderBy: [{ recordedAt: "asc" }, { id: "asc" }],
    include: { erasable: { where: { field: "reason" } } },
  });
  return rows.map(
    ({ actorKind, actorId, action, erasable }) =>
      `${actorKind} ${actorId} ${action}: ${erasable.map(({ value }) => value).join()}`,
  );
};

/** What whoever leads releases would make of the shift under way. */
async function lead(change: Partial<ShiftState>): Promise<void> {
  const [open] = await desk.open();
  if (open === undefined) throw new Error("no shift is under way");
  await desk.note(open, { ...open.state, why: "seen", ...change }, null);
}

/** Leads the way back on, once there is one, as far as `change` says. */
async function leadBack(isBack: (state: ShiftState) => boolean, change: Partial<ShiftState>): Promise<void> {
  const begun = async () => (await desk.open()).some(({ state }) => isBack(state));
  await vi.waitUntil(begun, { timeout: 120_000, interval: 50 });
  await lead(change);
}

/** Release 1 of validation, as far on its way as `change` says. */
async function shifted(change: Partial<ShiftState>): Promise<void> {
  const act = { actor: { kind: "operator", id: "grace" }, reason: "before", dryRun: false } as const;
  await desk.make({ service: "validation", version: "1.4.0", config: {}, rules: null }, act);
  await desk.shift(1, act);
  await lead({ phase: "routing", routedAtEpochMs: Date.now(), ...change });
}

test("a release is made as was shown beforehand, listed, and audited with who and why", async () => {
  const unknownRules = await run(...create, "--rules", "9", ...by, "--yes");
  expect([unknownRules.code, unknownRules.err]).toEqual([
    1,
    expect.stringContaining("there is no release 9 of the validation rules"),
  ]);
  const dry = await run(...create, "--rules", "1", ...by, "--dry-run");
  expect(dry, dry.err).toMatchObject({ code: 0, out: "release 1 of validation would be made\n" });
  const before = await run("ls");
  expect(before.out, before.err).toMatch(/^validation +as installed +blue$/m);
  expect(before.out).toContain("no release was made yet");
  expect(await audited()).toEqual([]);

  const made = await run(...create, "--rules", "1", ...by, "--yes");
  expect(made.out, made.err).toContain("release 1 is made; `tapline release shift 1` leads validation to it");
  const after = await run("ls", "--service", "validation");
  expect(after.out, after.err).toMatch(/^1 +validation +1\.4\.0 +1 +\S+ operator\/ada: a new sensor$/m);
  await prisma.user.create({ data: { id: "ada", name: "Ada Lovelace", email: "ada@console.test" } });
  const named = await run("ls", "--service", "validation");
  expect(named.out, named.err).toMatch(/^1 +validation .* Ada Lovelace \(ada\): a new sensor$/m);
  expect(JSON.parse((await run("ls", "--json")).out).releases[0].madeBy).toBe("operator/ada");
  expect(await audited()).toEqual(["operator ada release.made: a new sensor"]);
});

test("a shift begins as was shown beforehand, and goes a share further, and to the end, as somebody says", async () => {
  await run(...create, ...by, "--yes");
  const unknown = await run("shift", "7", ...by, "--yes");
  expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining("there is no release 7")]);
  const shift = ["shift", "1", "--step", "20", "--max", "60", ...by];
  const way =
    "validation goes from what the installation brings (blue) to release 1 (green) by 20, 40, 60, 100 %";
  const dry = await run(...shift, "--dry-run");
  expect(dry, dry.err).toMatchObject({ code: 0, out: `would begin: ${way}\n` });
  expect(await desk.open()).toEqual([]);
  expect((await run(...shift, "--yes")).out).toBe(`begun: ${way}\n`);
  const again = await run(...shift, "--yes");
  expect([again.code, again.err]).toEqual([1, expect.stringContaining("release 1 is on its way already")]);

  await lead({ phase: "routing", routedAtEpochMs: Date.now() });
  const further = await run("step", "validation", ...by, "--yes");
  expect(further.out, further.err).toBe(
    "changed: validation: routing → routing, share of the new release 20 → 40 %\n",
  );
  const end = await run("promote", "validation", ...by, "--dry-run");
  expect(end.out, end.err).toBe(
    "would change: validation: routing → routing, share of the new release 40 → 100 %\n",
  );
  const listed = await run("ls");
  expect(listed.out, listed.err).toContain(
    "shift 1 of validation: as installed (blue) → release 1 (green)\n  routing, share 40 %: a new sensor\n",
  );
  expect(await audited()).toEqual(
    ["release.made", "release.shift-started", "release.shift-advanced"].map(
      (action) => `operator ada ${action}: a new sensor`,
    ),
  );
});

test("a shift under way is rolled back as was shown beforehand; of two who do, one is refused, and nothing else changes", async () => {
  await shifted({ step: 1 });
  const mute = await run("rollback", "validation", "--by", "ada", "--yes");
  expect([mute.code, mute.err]).toEqual([1, expect.stringContaining("--reason")]);
  const turn = "validation: routing → returning, share of the new release 25 → 0 %\n";
  const dry = await run("rollback", "validation", ...by, "--dry-run");
  expect(dry, dry.err).toMatchObject({ code: 0, out: `would change: ${turn}` });
  expect((await desk.open())[0]?.state.phase).toBe("routing");

  const [first, second] = await Promise.all([
    run("rollback", "validation", ...by, "--yes"),
    run("rollback", "validation", ...by, "--yes"),
    leadBack(({ phase }) => phase === "returning", { phase: "clearing" }),
  ]);
  const [done, lost] = [first, second].toSorted((a, b) => a.code - b.code);
  expect(done, done?.err).toMatchObject({ code: 0, out: expect.stringContaining(`changed: ${turn}`) });
  expect(done?.out).toMatch(/everything goes to what ran before, after \d+\.\d s\n$/);
  expect(lost).toMatchObject({
    ...{ code: 1, out: "" },
    err: expect.stringContaining("the shift is on its way back already"),
  });
  expect(await audited()).toEqual([
    ...["operator grace release.made: before", "operator grace release.shift-started: before"],
    "operator ada release.rollback-started: a new sensor",
  ]);

  await lead({ phase: "rolled-back" });
  const shown = await run("show", "1");
  expect(shown.out, shown.err).toMatch(/^ {2}rolled-back, \S+Z: seen$/m);
});

test("what has got all is led back by a shift of its own, once; where nothing ran before it is refused", async () => {
  await shifted({ phase: "promoted" });
  const way = "validation goes from release 1 (green) to what the installation brings (blue) by 100 %";
  const dry = await run("rollback", "validation", ...by, "--dry-run");
  expect(dry, dry.err).toMatchObject({ code: 0, out: `would change: validation: ${way}\n` });
  expect(await desk.open()).toEqual([]);

  const [back] = await Promise.all([
    run("rollback", "validation", ...by, "--yes"),
    leadBack(({ phase }) => phase === "placing", { phase: "retiring" }),
  ]);
  expect(back.out, back.err).toContain(`changed: validation: ${way}\n`);
  expect(back.out).toContain("everything goes to what ran before");
  const again = await run("rollback", "validation", ...by, "--yes");
  expect([again.code, again.err]).toEqual([
    1,
    expect.stringContaining("validation is on its way back to what ran before already"),
  ]);
  expect((await run("ls")).out).toContain("shift 2 of validation, a way back: release 1 (green)");

  await lead({ phase: "promoted" });
  for (const service of ["validation", "transfer"]) {
    const nowhere = await run("rollback", service, ...by, "--yes");
    expect([nowhere.code, nowhere.out, nowhere.err]).toEqual([
      ...[1, ""],
      expect.stringContaining(`nothing ran before of ${service}: there is nothing to go back to`),
    ]);
  }
  const other = await run("rollback", "kpi", ...by, "--yes");
  expect([other.code, other.err]).toEqual([1, expect.stringContaining("kpi has no releases side by side")]);
  expect((await audited()).slice(2)).toEqual(["operator ada release.rollback-started: a new sensor"]);
});
