import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { openEnvelope, readRecipient } from "@tapline/core/encryption";
import { readManifest } from "@tapline/core/transfer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectAs, deliver, submit } from "./agent.fixture.ts";
import { rawTap, setUpPath, type TestPath } from "./path.fixture.ts";
import type { Running } from "./wire/start-worker.ts";

const tapline = join(import.meta.dirname, "../bin/tapline.mjs");
let path: TestPath;
let worker: Running;

beforeAll(async () => {
  path = await setUpPath();
  worker = await path.start();
});
afterAll(async () => {
  await worker.stop(3_000);
  await path.end();
});

function key(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return keyAs(path.environment, ...args);
}

/** As `key`, with the settings of a plain `npm start`: the private folder alone. */
function keyBeside(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { DATABASE_URL } = path.environment;
  return keyAs({ DATABASE_URL, TAPLINE_DATA_DIR: dirname(path.pki) }, ...args);
}

function keyAs(
  settings: Readonly<Record<string, string>>,
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  const { DATABASE_URL, TAPLINE_TRUST, TAPLINE_SIGNER_CHAIN, TAPLINE_SIGNER_CERT, TAPLINE_DATA_DIR } =
    settings;
  const env = { DATABASE_URL, TAPLINE_TRUST, TAPLINE_SIGNER_CHAIN, TAPLINE_SIGNER_CERT, TAPLINE_DATA_DIR };
  return new Promise((resolve) => {
    execFile(process.execPath, [tapline, "key", ...args], { env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}
const acting = ["--by", "ann", "--reason", "a test", "--yes"];

/** The key ids in a segment's manifest, and its taps' numbers as the given key opens them. */
async function opened(segment: { objectPath: string }, certPem: string, keyPem: string) {
  const object = join(path.sshd.rootDir, segment.objectPath);
  const manifest = readManifest(await readFile(object.replace(".ndjson.gz.p7m", ".manifest.json")));
  const lines = gunzipSync(openEnvelope(await readFile(object), { certPem, keyPem })).toString();
  return { skis: manifest.recipients.map(({ ski }) => ski), taps: lines.trimEnd().split("\n").length };
}

test("a rotation while taps flow loses nothing: each object opens with the keys that its manifest names", async () => {
  const client = connectAs(path, "gate-1", worker.ingestPort!);
  const [tracker] = path.trackers;
  const batch = (from: number) =>
    Array.from({ length: 20 }, (_, i) => submit(from + i, rawTap(tracker!, from + i)));
  await deliver(client, 1, batch(1));
  const rotating = key("rotate", "--pki", path.pki, ...acting);
  for (let from = 21; from <= 181; from += 20) await deliver(client, 1, batch(from));
  const { code, out, err } = await rotating;
  expect([code, err]).toEqual([0, ""]);
  const keyFile = /the new private key is (\S+):/.exec(out)?.[1] ?? "";
  expect(out).toMatch(/1\. Keep the old private key .*: it opens \d+ segments? with \d+ taps?\./);
  expect(out).toContain(`tapline archive rewrap --to ${keyFile.replace(/key$/, "crt")}`);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await deliver(client, 1, batch(201));
  const file = async (name: string) => await readFile(join(path.pki, name), "utf8");
  const [before, after] = [
    { certPem: await file("archive.crt"), keyPem: await file("archive.key") },
    {
      certPem: await readFile(keyFile.replace(/key$/, "crt"), "utf8"),
      keyPem: await readFile(keyFile, "utf8"),
    },
  ];
  const escrowSki = readRecipient(await file("escrow.crt")).ski;
  const segments = await path.prisma.segment.findMany({ include: { keys: true } });
  let taps = 0;
  const used = new Set<string>();
  for (const segment of segments) {
    const isOld = segment.keys.some(({ ski }) => ski === readRecipient(before.certPem).ski);
    const mine = isOld ? before : after;
    const { skis, taps: found } = await opened(segment, mine.certPem, mine.keyPem);
    expect(skis.toSorted()).toEqual([readRecipient(mine.certPem).ski, escrowSki].toSorted());
    expect(segment.keys.map(({ ski }) => ski).toSorted()).toEqual(skis.toSorted());
    used.add(isOld ? "old" : "new");
    taps += found;
  }
  expect([taps, used.size]).toEqual([220, 2]);
}, 180_000);

test("the commands show the ring and what a lost key would cost, and refuse what would leave nobody", async () => {
  const ring = (await key("ls", "--json")).out.trimEnd().split("\n");
  const keys = ring.map((line) => JSON.parse(line) as { certSha256: string; role: string; state: string });
  expect(keys.map(({ role, state }) => `${role} ${state}`).toSorted()).toEqual([
    "archive active",
    "archive retiring",
    "escrow active",
  ]);
  const named = (role: string, state: string): string =>
    keys.find((one) => one.role === role && one.state === state)?.certSha256 ?? "";
  const [old, escrow] = [named("archive", "retiring"), named("escrow", "active")];
  expect((await key("map", "--lost", old)).out).toContain(
    "all that is archived opens with another key that is in use",
  );
  expect((await key("map", "--lost", old, escrow)).out).toMatch(/\d+ segments with \d+ taps/);
  expect((await key("map")).out).toMatch(/archive {2}retiring .*: \d+ segments with \d+ taps/);
  const checked = await key("check");
  expect([checked.code, checked.err]).toEqual([0, ""]);
  expect(checked.out).toMatch(/7\d\d days left .* escrow key .*\n/);
  expect(checked.out).toContain("new objects are encrypted to: ");
  const beside = await keyBeside("check");
  expect([beside.code, beside.err]).toEqual([0, ""]);
  for (const what of [
    "trusted root",
    "signer",
    "chain 1",
    "door",
    "agents' authority",
    "archive key",
    "new objects are encrypted to: ",
  ])
    expect(beside.out).toContain(what);
  const refused = await key("revoke", escrow, ...acting);
  expect([refused.code, refused.err]).toEqual([
    1,
    expect.stringContaining("no active escrow key would be left"),
  ]);
  const dry = (await key("retire", old.slice(0, 8), "--dry-run", ...acting)).out;
  expect(dry).toContain("retiring → retired");
  expect(dry).toMatch(/Old objects: it opens \d+ segments with \d+ taps, .* Its private key can be put away/);
  expect((await key("retire", old.slice(0, 8), ...acting)).out).toContain("retiring → retired");
  // What a retired key opens counts as open no more; that somebody may have kept it is said.
  const revoking = (await key("map", "--lost", escrow)).out;
  expect(revoking).toMatch(/\d+ segments with \d+ taps, .* open with no other key that is in use/);
  expect(revoking).toMatch(
    /Only who still has the private key of [0-9a-f]{12} {2}archive {2}retired .* could, all of them/,
  );
  const revoked = (await key("revoke", old.slice(0, 8), "--dry-run", ...acting)).out;
  expect(revoked).toContain("retired → revoked");
  expect(revoked).toMatch(
    /Never again can it be made active; without it all that is archived opens with another key/,
  );
  expect((await key("revoke", "abc", ...acting)).err).toContain('no key of the ring begins with "abc"');
  const entries = await path.prisma.auditEntry.findMany({ where: { action: "key.changed" } });
  expect(entries.every(({ actorId }) => actorId === "ann")).toBe(true);
}, 120_000);
