import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connectPrisma, type PrismaClient, RulesDesk } from "@tapline/adapters/prisma";
import { sealWithProcessKey } from "@tapline/core/encryption/process-key";
import { sha256 } from "@tapline/core/kernel";
import { encodeTap, type Tap } from "@tapline/core/tap";
import { defaultRules } from "@tapline/core/validation";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { freePort } from "../../../../tools/servers/index.ts";
import { freshDatabase, temporaryFolder } from "../../../../tools/test-servers/index.ts";

// Each command is a process of its own: seconds each on a busy machine.
vi.setConfig({ testTimeout: 240_000 });

const main = new URL("./main.ts", import.meta.url).pathname;
const t0EpochS = 1_790_000_000;
const trackerId = "00a1b2c3d4e5f601";
let env: Record<string, string>;
let prisma: PrismaClient;
let dir: string;

beforeAll(async () => {
  const databaseUrl = await freshDatabase();
  dir = await temporaryFolder();
  const [key, old] = [randomBytes(32), randomBytes(32)];
  await writeFile(join(dir, "process.key"), key.toString("hex"));
  env = { DATABASE_URL: databaseUrl, TAPLINE_PROCESS_KEY: join(dir, "process.key") };
  prisma = connectPrisma(databaseUrl);
  await new RulesDesk(prisma, Date.now).makeFirst(defaultRules);
  await keep(1, unsigned(1), key);
  await keep(2, unsigned(2, { t0EpochS: t0EpochS - 500 * 86_400 }), key);
  await keep(3, unsigned(3), old);
});
afterAll(() => prisma.$disconnect());

function unsigned(seq: number, changes: Partial<Tap> = {}): Buffer {
  const samples = [[0, 61, 7] as const];
  return encodeTap({
    ...{ trackerId, seq, epoch: 1, t0EpochS, samples, batteryPercent: 70, uptimeS: 1 },
    ...changes,
  });
}

async function keep(seq: number, raw: Buffer, key: Buffer): Promise<void> {
  const sealed = sealWithProcessKey(raw, key, randomBytes);
  await prisma.quarantinedTap.create({
    data: {
      ...{ agent: "gate-1", epoch: 7n, seq: BigInt(seq), reason: "unsigned", detail: "no signature" },
      ...{
        digest: Uint8Array.from(sha256(raw)),
        sealedPayload: Uint8Array.from(sealed),
        reader: "r1",
        readAt: new Date(t0EpochS * 1_000),
        rulesVersion: 1,
      },
    },
  });
}

const run = (...args: string[]) => runWith({}, ...args);

const runWith = (settings: Record<string, string>, ...args: string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(process.execPath, [main, ...args], { env: { ...env, ...settings } }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });

const actions = async (): Promise<string[]> => {
  const rows = await prisma.auditEntry.findMany({ orderBy: { recordedAt: "asc" } });
  return rows.map(({ actorId, action }) => `${actorId} ${action}`);
};

test("a release is given out and switched to, and a dry run says what it changes, also for refused taps", async () => {
  const file = join(dir, "rules.json");
  await writeFile(file, "{}");
  const unsound = await run("rules", "release", file, "--reason", "try", "--by", "ada", "--yes");
  expect([unsound.code, unsound.err]).toEqual([1, expect.stringContaining("holds no rules")]);
  await writeFile(
    file,
    JSON.stringify({ ...JSON.parse((await run("rules", "show", "1")).out), unsigned: "accept" }),
  );
  const made = await run("rules", "release", file, "--reason", "old trackers", "--by", "ada", "--yes");
  expect(made.out, made.err).toContain("release 2 is made");
  const dry = await run("rules", "switch", "2", "--reason", "old trackers", "--by", "ada", "--dry-run");
  expect(dry.out, dry.err).toBe(
    [
      "release 2 would be in force instead of 1; what changes:",
      '  unsigned: "refuse" → "accept"',
      "of 3 taps in quarantine 1 would pass and go into the buffer again",
      "  1 stay, since they are refused still: time-skew",
      "  1 stay, since no process key that is there opens them\n",
    ].join("\n"),
  );
  expect(await actions()).toEqual(["validation rules.released", "ada rules.released"]);
  const switched = (seen: string) =>
    run("rules", "switch", "2", "--seen", seen, "--reason", "old trackers", "--by", "ada", "--yes");
  const blind = await switched("2");
  expect([blind.code, blind.err]).toEqual([1, expect.stringContaining("and no longer version 2")]);
  expect((await switched("1")).code).toBe(0);
  expect((await run("rules", "ls")).out).toMatch(/release 2 .*operator.ada .*old trackers {2}in force\n$/);
  await prisma.user.create({ data: { id: "ada", name: "Ada Lovelace", email: "ada@console.test" } });
  const named = await run("rules", "ls");
  expect(named.out, named.err).toMatch(/release 2 .* {2}Ada Lovelace \(ada\) {2}old trackers {2}in force\n$/);
  expect((await actions()).at(-1)).toBe("ada rules.switched");
});

test("the rules that were in force before come back as was shown, once", async () => {
  const by = ["--reason", "it lets too much in", "--by", "ada"];
  const dry = await run("rules", "rollback", ...by, "--dry-run");
  expect(dry.out, dry.err).toBe(
    [
      "the validation rules of version 1 would come back",
      "version 1 of the validation rules would be in force instead of 2; what changes:",
      '  unsigned: "accept" → "refuse"\n',
    ].join("\n"),
  );
  const before = (await actions()).length;
  const done = await run("rules", "rollback", ...by, "--seen", "2", "--yes");
  expect(done.out, done.err).toContain("version 1 of the validation rules is in force instead of 2");
  const again = await run("rules", "rollback", ...by, "--yes");
  expect([again.code, again.err]).toEqual([1, expect.stringContaining("those of version 1 already")]);
  expect((await actions()).slice(before)).toEqual(["ada rules.switched"]);
  expect((await run("release", "rules", "--kind", "validation-rules")).out).toMatch(
    /^RULES .*\nvalidation-rules +2 .*old trackers\nvalidation-rules +1 +in force .*the first start\n$/,
  );
  const unknown = await run("release", "rules", "--kind", "rules-of-thumb");
  expect([unknown.code, unknown.err]).toEqual([
    1,
    expect.stringContaining("no kind of rules rules-of-thumb"),
  ]);
  expect((await run("rules", "rollback", "--to", "2", ...by, "--yes")).code).toBe(0);
});

test("refused taps are listed and shown without measurements, which are shown on demand, with a reason, audited", async () => {
  const listed = await run(
    "quarantine",
    "ls",
    "--reason",
    "unsigned",
    "--agent",
    "gate-1",
    "--since",
    "2026-01-01",
  );
  const [heading, ...rows] = listed.out.trim().split("\n");
  expect(heading, listed.err).toMatch(/^refused +agent +epoch +number +reason +rules +since then$/);
  expect(rows).toHaveLength(3);
  expect((await run("quarantine", "ls", "--reason", "rate")).out).toBe("no such tap lies in quarantine\n");
  const shown = await run("quarantine", "show", "gate-1", "7", "1");
  expect(JSON.parse(shown.out)).toMatchObject({ reason: "unsigned", rulesVersion: 1 });
  expect(shown.out).not.toMatch(/payload"|samples|heartRate/i);
  const without = await run("quarantine", "show", "gate-1", "7", "1", "--reveal", "--by", "ada");
  expect([without.code, without.out]).toEqual([1, ""]);
  expect(await actions()).not.toContain("ada quarantine.revealed");
  const revealed = await run(
    "quarantine",
    "show",
    "gate-1",
    "7",
    "1",
    "--reveal",
    "--reason",
    "why",
    "--by",
    "ada",
  );
  expect(JSON.parse(revealed.out), revealed.err).toMatchObject({ tap: { trackerId, samples: [[0, 61, 7]] } });
  expect((await actions()).at(-1)).toBe("ada quarantine.revealed");
  const sealed = await run(
    "quarantine",
    "show",
    "gate-1",
    "7",
    "3",
    "--reveal",
    "--reason",
    "why",
    "--by",
    "ada",
  );
  expect([sealed.code, sealed.err]).toEqual([1, expect.stringContaining("TAPLINE_PROCESS_KEY_PREVIOUS")]);
});

test("a replay says which taps, and a dry run of it changes nothing", async () => {
  const which = await run("quarantine", "replay", "--reason", "why", "--by", "ada", "--yes");
  expect([which.code, which.err]).toEqual([1, expect.stringContaining("--all")]);
  const dry = await run("quarantine", "replay", "--all", "--reason", "why", "--by", "ada", "--dry-run");
  expect(dry.out, dry.err).toContain("of 3 taps in quarantine 1 would pass");
  const nowhere = await run("quarantine", "replay", "--all", "--reason", "why", "--by", "ada", "--yes");
  expect([nowhere.code, nowhere.err]).toEqual([1, expect.stringContaining("REDIS_URL")]);
  expect(await prisma.quarantinedTap.count({ where: { replays: { gt: 0 } } })).toBe(0);
});

test("a replay does not wait for ever for a Redis that is away, and takes nothing out of quarantine", async () => {
  const away = { REDIS_URL: `redis://127.0.0.1:${await freePort()}` };
  const startedAt = performance.now();
  const done = await runWith(
    away,
    "quarantine",
    "replay",
    "--all",
    "--reason",
    "why",
    "--by",
    "ada",
    "--yes",
  );
  expect([done.code, done.err]).toEqual([1, expect.stringContaining("Redis did not answer within 20 s")]);
  expect(done.err).toContain("REDIS_URL");
  expect(performance.now() - startedAt).toBeLessThan(60_000);
  expect(await prisma.quarantinedTap.count({ where: { replays: { gt: 0 } } })).toBe(0);
});
