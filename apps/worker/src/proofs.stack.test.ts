import { execFile } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ProofQueue } from "@tapline/adapters/bullmq";
import { connectRedis, queuePrefix } from "@tapline/adapters/redis";
import { openLogSigner } from "@tapline/core/audit";
import { sha256Hex } from "@tapline/core/kernel";
import { objectPaths, parseTapProof } from "@tapline/core/transfer";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { freshDatabase, temporaryFolder } from "../../../tools/test-servers/index.ts";
import { connectAs, deliver, submit } from "./agent.fixture.ts";
import { rawTap, setUpPath, type TestPath, until } from "./path.fixture.ts";
import type { Running } from "./wire/start-worker.ts";

// Each command is a process of its own: seconds each on a busy machine.
vi.setConfig({ testTimeout: 240_000 });

const main = new URL("./cli/main.ts", import.meta.url).pathname;
let path: TestPath;
let worker: Running;
let dir: string;
let raws: Buffer[];

beforeAll(async () => {
  [path, dir] = [await setUpPath(), await temporaryFolder()];
  worker = await path.start({ TAPLINE_AUDIT_ARCHIVE_SECONDS: "1" });
  const client = connectAs(path, "gate-1", worker.ingestPort!);
  raws = [1, 2, 3, 4, 5].map((seq) => rawTap(path.trackers[0]!, seq));
  await deliver(
    client,
    1,
    raws.map((raw, i) => submit(i + 1, raw)),
  );
  await client.close();
});
afterAll(async () => {
  await worker.stop(2_000);
  await path.end();
});

/** Runs `tapline`; who is an outsider has no data folder and no stores. */
const run = (env: Record<string, string>, ...args: string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(process.execPath, [main, ...args], { env, cwd: "/" }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
const operator = (changes: Record<string, string> = {}) => ({
  ...{ DATABASE_URL: path.environment.DATABASE_URL, REDIS_URL: path.environment.REDIS_URL },
  ...changes,
});
const archiveOptions = () => [
  ...["--url", path.sshd.url, "--host-key", path.sshd.hostKeyPin, "--ssh-key", path.sshd.privateKeyFile],
  ...["--trust", join(path.pki, "trust.pem")],
];

/** The proof of a tap, from a log that has got so far. */
async function prove(seq: number, ...more: string[]): Promise<string> {
  return await until(
    "the proof",
    async () => {
      const args = ["prove", "tap", path.trackers[0]!.id, String(seq), ...archiveOptions(), ...more];
      const { code, out, err } = await run(operator(), ...args);
      expect(code, err).toBe(0);
      return JSON.parse(out).log !== null && out;
    },
    60_000,
  );
}

test("a tap is proven to who has the root certificate and the log's verifier key alone", async () => {
  const [proof, packet, key, trust] = ["proof.json", "tap.bin", "log.vkey", "trust.pem"].map((name) =>
    join(dir, name),
  ) as [string, string, string, string];
  await writeFile(proof, await prove(3));
  await writeFile(packet, raws[2] ?? "");
  await writeFile(trust, path.files["trust.pem"]!.pem);
  const told = await run({ TAPLINE_AUDIT_KEY: path.environment.TAPLINE_AUDIT_KEY }, "audit", "key");
  await writeFile(key, told.out);
  const outsider = (...args: string[]) => run({}, "verify", ...args, "--trust", trust, "--key", key);

  const proven = await outsider(proof, "--packet", packet);
  expect(proven, proven.err).toMatchObject({ code: 0 });
  expect(proven.out).toContain(
    `proven: tap 3 of tracker ${path.trackers[0]!.id} (epoch 1), SHA-256 ${sha256Hex(raws[2]!)}, the given bytes`,
  );
  expect(JSON.parse((await outsider(proof, "--json")).out)).toMatchObject({
    verdict: "proven",
    tap: { seq: 3 },
  });
  await writeFile(packet, raws[3] ?? "");
  expect(await outsider(proof, "--packet", packet)).toMatchObject({
    code: 2,
    out: expect.stringContaining("NOT proven (forged): these are not the bytes"),
  });
  const text = await readFile(proof, "utf8");
  await writeFile(proof, text.replace('"seq":3', '"seq":4'));
  expect(await outsider(proof)).toMatchObject({ code: 2, out: expect.stringContaining("(forged)") });
  await writeFile(proof, text.slice(0, 300));
  expect(await outsider(proof)).toMatchObject({ code: 3, out: expect.stringContaining("(malformed)") });
  await writeFile(proof, text);
  expect(await outsider(proof, "--at", "2040-01-01T00:00:00Z")).toMatchObject({
    code: 9,
    out: expect.stringContaining("(expired)"),
  });
});

test("whoever has no way to an archive asks a worker, and gets the proof that the command writes", async () => {
  const redis = connectRedis(path.environment.REDIS_URL, () => undefined);
  const queue = new ProofQueue(redis, queuePrefix);
  try {
    const wish = { tracker: path.trackers[0]!.id, epoch: 1, seq: 3 };
    const command = JSON.parse(await prove(3));
    const [asked, again] = await Promise.all([queue.ask(wish, 60_000), queue.ask(wish, 60_000)]);
    expect(again).toBe(asked);
    const proof = parseTapProof(asked);
    expect(proof).toMatchObject({
      ...{ tap: command.tap, segment: command.segment, signature: command.signature },
      log: { entry: command.log.entry, index: command.log.index },
    });
    await expect(queue.ask({ ...wish, seq: 99 }, 60_000)).rejects.toMatchObject({
      ...{ code: "not-found", message: expect.stringContaining("holds no tap 99") },
    });
  } finally {
    await queue.close(1_000);
    redis.disconnect();
  }
});

test("a proof goes onto a slip of paper", async () => {
  const args = ["prove", "tap", path.trackers[0]!.id, "3", ...archiveOptions(), "--slip"];
  const written = await run(operator(), ...args, join(dir, "slip.html"));
  expect(written, written.err).toMatchObject({ code: 0, out: "" });
  expect(await readFile(join(dir, "slip.html"), "utf8")).toContain(sha256Hex(raws[2]!).slice(0, 32));
  const refused = await run(operator(), ...args, join(dir, "slip.pdf"));
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining("end in .html or .svg")]);
});

test("a tap that is not archived is not proven", async () => {
  const { code, err } = await run(
    operator(),
    "prove",
    "tap",
    path.trackers[0]!.id,
    "99",
    ...archiveOptions(),
  );
  expect([code, err]).toEqual([1, expect.stringContaining("holds no tap 99")]);
});

test("the archive alone proves a tap, and its copy of the log is whole", async () => {
  const [{ segmentId }] = (await path.prisma.tapRun.findMany()) as unknown as [{ segmentId: string }];
  const beside = join(path.sshd.rootDir, objectPaths(segmentId).logProof);
  await until("the log's proof in the archive", () => readFile(beside).catch(() => false), 60_000);
  const proof = join(dir, "from-archive.json");
  await writeFile(proof, await prove(2, "--no-index"));
  const key = ["--key", join(dir, "log.vkey"), "--trust", join(path.pki, "trust.pem")];
  expect(await run({}, "verify", proof, ...key)).toMatchObject({ code: 0 });
  const place = archiveOptions().slice(0, -2);
  const whole = await run(
    {},
    "audit",
    "verify",
    "--full",
    "--from-archive",
    ...place,
    "--key",
    join(dir, "log.vkey"),
  );
  expect(whole, whole.err).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^whole: archive main's copy of tapline\/log/),
  });
  const kept = join(dir, "kept-checkpoint");
  const shown = await run(operator(), "audit", "show", "--note");
  await writeFile(kept, shown.out);
  const grown = await until(
    "the archive's copy to reach the checkpoint",
    async () => {
      const source = ["--from-archive", ...place, "--key", join(dir, "log.vkey")];
      const ended = await run({}, "audit", "verify", "--from", kept, ...source);
      return ended.code === 0 && ended;
    },
    60_000,
  );
  expect(grown.out).toMatch(/^consistent: archive main's copy of tapline\/log\S+ only grew from /);
  const { signHead } = openLogSigner(await readFile(path.environment.TAPLINE_AUDIT_KEY ?? "", "utf8"));
  await writeFile(kept, signHead(1, Buffer.alloc(32, 7)));
  const source = ["--from-archive", ...place, "--key", join(dir, "log.vkey")];
  expect(await run({}, "audit", "verify", "--from", kept, ...source)).toMatchObject({
    code: 2,
    out: expect.stringMatching(
      /^FORK: archive main's copy of \S+ holds the history of the newest in archive main/,
    ),
  });
});

test("an index that was rebuilt from the archive proves it, too", async () => {
  await worker.stop(5_000);
  const databaseUrl = await freshDatabase();
  const again = await path.start({ DATABASE_URL: databaseUrl, TAPLINE_AUDIT_ARCHIVE_SECONDS: "3600" });
  try {
    const proof = await until(
      "the rebuilt index",
      async () => {
        const args = ["prove", "tap", path.trackers[0]!.id, "5", ...archiveOptions()];
        const { code, out } = await run(operator({ DATABASE_URL: databaseUrl }), ...args);
        return code === 0 && JSON.parse(out).log !== null && out;
      },
      120_000,
    );
    const file = join(dir, "rebuilt.json");
    await writeFile(file, proof);
    const verified = await run(
      {},
      "verify",
      file,
      "--key",
      join(dir, "log.vkey"),
      "--trust",
      join(path.pki, "trust.pem"),
    );
    expect(verified, verified.out).toMatchObject({ code: 0 });
    expect(await readdir(join(path.sshd.rootDir, "audit"))).toHaveLength(1);
  } finally {
    await again.stop(2_000);
    worker = await path.start();
  }
});
