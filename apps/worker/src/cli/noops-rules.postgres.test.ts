import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connectPrisma, type PrismaClient } from "@tapline/adapters/prisma";
import { NoopsRulesDesk } from "@tapline/adapters/prisma/noops";
import { defaultNoopsRules } from "@tapline/core/noops";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { freshDatabase, temporaryFolder, testEnvironment } from "../../../../tools/test-servers/index.ts";

// Ten commands, each a process of its own: seconds each on a busy machine.
vi.setConfig({ testTimeout: 480_000 });

const main = new URL("../../bin/tapline.mjs", import.meta.url).pathname;
const by = ["--reason", "it acted too often", "--by", "ada"];
let databaseUrl: string;
let prisma: PrismaClient;

beforeAll(async () => {
  databaseUrl = await freshDatabase();
  prisma = connectPrisma(databaseUrl);
  await new NoopsRulesDesk(prisma, Date.now).activeOrFirst(defaultNoopsRules);
});
afterAll(() => prisma.$disconnect());

const run = (...args: string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const env = testEnvironment({ DATABASE_URL: databaseUrl });
    execFile(process.execPath, [main, "noops", ...args], { env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });

const released = async (): Promise<string[]> => {
  const rows = await prisma.auditEntry.findMany({
    where: { action: "noops-rules.released" },
    orderBy: [{ recordedAt: "asc" }, { id: "asc" }],
  });
  return rows.map(({ actorId, subject }) => `${actorId} ${subject}`);
};

test("rules that were put in force are taken back as was shown beforehand, once, and brought again by their number", async () => {
  const first = defaultNoopsRules.version;
  const [second, third] = [first + 1, first + 2];
  const nothing = await run("rollback", ...by, "--yes");
  expect([nothing.code, nothing.err]).toEqual([1, expect.stringContaining("there is nothing to go back to")]);

  const file = join(await temporaryFolder(), "rules.json");
  const rules = defaultNoopsRules.rules.map((rule) =>
    rule.id === "scale-up-on-wish" ? { ...rule, mode: "dry-run" } : rule,
  );
  await writeFile(file, JSON.stringify({ ...defaultNoopsRules, version: second, actsPerHour: 7, rules }));
  const blind = await run("apply", file, "--seen", "0", ...by, "--yes");
  expect([blind.code, blind.err]).toEqual([
    1,
    expect.stringContaining(`version ${first} of the NoOps rules is in force by now, and no longer none`),
  ]);
  const applied = await run("apply", file, "--seen", String(first), ...by, "--yes");
  expect(applied.out, applied.err).toContain(`  actsPerHour: ${defaultNoopsRules.actsPerHour} → 7\n`);

  const dry = await run("rollback", ...by, "--dry-run");
  expect(dry.code, dry.err).toBe(0);
  expect(dry.out.split("\n").slice(0, 4)).toEqual([
    `the NoOps rules of version ${first} would come back`,
    `version ${third} of the NoOps rules would be in force instead of ${second}; what changes:`,
    `  actsPerHour: 7 → ${defaultNoopsRules.actsPerHour}`,
    '  scale-up-on-wish: mode: "dry-run" → "armed"',
  ]);
  expect(dry.out).toMatch(/^armed: .*scale-up-on-wish/m);
  expect(await released()).toEqual([`noops noops-rules/${first}`, `ada noops-rules/${second}`]);

  const late = await run("rollback", "--seen", String(first), ...by, "--yes");
  expect([late.code, late.err]).toEqual([
    1,
    expect.stringContaining(
      `version ${second} of the NoOps rules is in force by now, and no longer version ${first}`,
    ),
  ]);
  const done = await run("rollback", "--seen", String(second), ...by, "--yes");
  expect(done.out, done.err).toContain(
    `version ${third} of the NoOps rules is in force instead of ${second};`,
  );
  const again = await run("rollback", ...by, "--yes");
  expect([again.code, again.out, again.err]).toEqual([
    ...[1, ""],
    expect.stringContaining(`has brought back those of version ${first} already`),
  ]);
  expect((await released()).slice(2)).toEqual([`ada noops-rules/${third}`]);
  const shown = await run("show");
  expect(shown.out, shown.err).toMatch(
    new RegExp(
      `^version ${third} of the rules, by operator/ada\n {2}before: version ${second}, \\S+Z, by operator/ada: it acted too often\n {2}before: version ${first}, `,
      "m",
    ),
  );

  await prisma.user.create({ data: { id: "ada", name: "Ada Lovelace", email: "ada@console.test" } });
  expect((await run("show")).out).toMatch(
    new RegExp(
      `^version ${third} of the rules, by Ada Lovelace \\(ada\\)\n {2}before: version ${second}, \\S+Z, by Ada Lovelace \\(ada\\): `,
      "m",
    ),
  );

  const unknown = await run("rollback", "--to", "99", ...by, "--yes");
  expect([unknown.code, unknown.err]).toEqual([
    1,
    expect.stringContaining("there is no version 99 of the NoOps rules"),
  ]);
  const forth = await run("rollback", "--to", String(second), ...by, "--yes");
  expect(forth.out, forth.err).toContain(`the NoOps rules of version ${second} come back\n`);
});
