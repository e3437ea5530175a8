import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readRecipient } from "@tapline/core/encryption";
import { objectPaths } from "@tapline/core/transfer";
import { generateSshKeyPair, startArchiveServer } from "@tapline/tools/local-stack/archive-server";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MadeArchive } from "./archive.fixture.ts";

const nowEpochMs = Date.UTC(2026, 10, 23, 12);
const dayMs = 24 * 3600 * 1000;
const command = join(import.meta.dirname, "../../../bin/tapline.mjs");
let base: string;
let out: string;
let made: MadeArchive;
let segments: string[];

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "tapline-restore-"));
  out = join(base, "out");
  made = await MadeArchive.make(join(base, ".tapline"), nowEpochMs);
  segments = [
    await made.add([{ tap: 1 }, { tap: 2 }], nowEpochMs),
    await made.add([{ tap: 3 }], nowEpochMs + dayMs),
    await made.add([], nowEpochMs + 400 * dayMs),
  ];
});
afterEach(() => rm(base, { recursive: true }));

/** Runs the real command in `base`, where the private folder lies. */
function tapline(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [command, ...args], { cwd: base, env: {} }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

const restore = (...args: string[]) => tapline("archive", "restore", "--out", out, ...args);
const restored = (segment = segments[0]) => join(out, `segment-${segment}.ndjson`);

async function flip(path: string, at: number): Promise<void> {
  const bytes = await readFile(path);
  bytes[at < 0 ? bytes.length + at : at]! ^= 1;
  await writeFile(path, bytes);
}

describe("tapline archive restore", { timeout: 30_000 }, () => {
  test("finds the private folder and restores every segment, for its owner alone", async () => {
    const done = await restore();
    expect(done.stderr).toBe("");
    expect(done).toMatchObject({ code: 0 });
    expect(done.stdout).toBe(`3 segments: 3 restored, 0 already there, 0 failed; 3 taps in ${out}\n`);
    expect(await readFile(restored(), "utf8")).toBe('{"tap":1}\n{"tap":2}\n');
    expect((await readdir(out)).sort()).toEqual(segments.map((id) => `segment-${id}.ndjson`).sort());
    expect((await stat(restored())).mode & 0o777).toBe(0o600);
  });

  test("opens with the escrow key as well", async () => {
    const pki = join(made.root, "pki");
    expect((await restore("--cert", join(pki, "escrow.crt"), "--key", join(pki, "escrow.key"))).code).toBe(0);
  });

  test("after a rotation takes each segment's own key; what none opens is closed, and that key named", async () => {
    const certFile = await made.rotate(nowEpochMs);
    const later = await made.add([{ tap: 4 }], nowEpochMs + 1);
    await rm(join(made.root, "pki", "escrow.key"));
    await rm(join(made.root, "pki", "archive.key"));
    const one = await restore();
    expect(one.code).toBe(1);
    expect(one.stdout).toBe(`4 segments: 1 restored, 0 already there, 0 failed, 3 closed; 1 tap in ${out}\n`);
    expect(one.stderr).toContain(`opens with key id ${readRecipient(made.pem("archive.crt")).ski}`);
    expect(await readFile(restored(later), "utf8")).toBe('{"tap":4}\n');
    expect(certFile).toMatch(/archive-[0-9a-f]{12}\.crt$/);
    await writeFile(join(made.root, "pki", "archive.key"), made.pem("archive.key"));
    expect(await restore()).toMatchObject({ code: 0, stderr: "" });
  });

  test("leaves alone what is there and right, and mends what is not", async () => {
    await restore();
    await writeFile(restored(), "spoilt");
    const again = await restore("--json");
    expect(JSON.parse(again.stdout)).toEqual({
      segments: 3,
      restored: 1,
      present: 2,
      taps: 3,
      failed: [],
      closed: [],
    });
    expect(await readFile(restored(), "utf8")).toBe('{"tap":1}\n{"tap":2}\n');
  });

  test.for([
    ["object", -1],
    ["object", 400],
    ["manifest", 30],
    ["signature", -1],
  ] as const)(
    "names a segment with one flipped bit in its %s (at %i) and restores the rest",
    async ([file, at]) => {
      const paths = objectPaths(segments[0]!);
      await flip(made.local(paths[file]), at);
      const done = await restore("--json");
      expect(done.code).toBe(1);
      expect(JSON.parse(done.stdout)).toMatchObject({
        restored: 2,
        failed: [{ object: paths.object, code: "corrupt" }],
      });
      expect(done.stderr).toContain(`failed: ${paths.object}: `);
      expect(await readdir(out)).toHaveLength(2);
    },
  );

  test("names segments whose files are gone, or lie under another's name", async () => {
    const [first, second] = [objectPaths(segments[0]!), objectPaths(segments[1]!)];
    await rm(made.local(first.object));
    await writeFile(made.local(second.manifest), await readFile(made.local(first.manifest)));
    await writeFile(made.local(second.signature), await readFile(made.local(first.signature)));
    const { failed } = JSON.parse((await restore("--json")).stdout);
    expect(failed).toHaveLength(2);
    expect(failed.map(({ code }: { code: string }) => code).sort()).toEqual(["corrupt", "not-found"]);
    expect(failed.some(({ message }: { message: string }) => message.includes("another segment"))).toBe(true);
  });

  test("does not count what was never committed", async () => {
    await rm(made.local(objectPaths(segments[0]!).manifest));
    expect(JSON.parse((await restore("--json")).stdout)).toMatchObject({ segments: 2, failed: [] });
  });

  test("refuses an object whose manifest is signed but untrue", async () => {
    const liar = await made.add([{ tap: 9 }], nowEpochMs, 2);
    const done = await restore();
    expect(done.code).toBe(1);
    expect(done.stderr).toContain("holds 1 taps where its manifest says 2");
    expect(await readdir(out)).not.toContain(`segment-${liar}.ndjson`);
  });

  test("checks certificates at each segment's time, or at the time that is asked for", async () => {
    expect((await restore()).code).toBe(0);
    const late = await restore("--at", "2031-01-01T00:00:00Z", "--json");
    expect(late.code).toBe(1);
    expect(JSON.parse(late.stdout).failed[0]).toMatchObject({ code: "unauthenticated" });
    expect((await restore("--at", "soon")).stderr).toContain("is not a time");
  });

  test("refuses another's key, and a stranger's trust", async () => {
    const stranger = await MadeArchive.make(join(base, "stranger"), nowEpochMs);
    const pki = join(stranger.root, "pki");
    const shut = await restore(
      "--cert",
      join(pki, "archive.crt"),
      "--key",
      join(pki, "archive.key"),
      "--json",
    );
    expect(shut.code).toBe(1);
    expect(JSON.parse(shut.stdout)).toMatchObject({
      restored: 0,
      failed: [],
      closed: Array(3).fill({ code: "forbidden" }),
    });
    const distrusted = await restore("--trust", join(pki, "trust.pem"), "--json");
    expect(JSON.parse(distrusted.stdout).failed[0]).toMatchObject({ code: "unauthenticated" });
    expect(await readdir(out)).toEqual([]);
  });

  test("restores from an SFTP server with a pinned host key, and not from another", async () => {
    const [host, client] = [generateSshKeyPair(), generateSshKeyPair()];
    const keys = { hostKey: host.privateKey, clientKey: client.publicKey };
    const server = await startArchiveServer({ dir: join(made.root, "archive"), ...keys });
    await writeFile(join(base, "ssh-key"), client.privateKey, { mode: 0o600 });
    const from = ["--url", `sftp://tapline@127.0.0.1:${server.port}/`, "--ssh-key", join(base, "ssh-key")];
    const done = await restore(...from, "--host-key", host.pin);
    expect(done.stdout).toContain("3 restored");
    for (const pin of ["", client.pin]) {
      const refused = await restore(...from, "--host-key", pin);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toMatch(/^tapline: .*host key/);
    }
    await server.stop();
  });

  test("says what is missing and how to give it", async () => {
    expect((await restore("--archive", join(base, "none"))).stderr).toContain("no such file or folder");
    const cert = join(made.root, "pki/archive.crt");
    expect((await restore("--cert", cert, "--key", join(base, "none"))).stderr).toContain(
      "Name a readable file by --key",
    );
    expect((await restore("--cert", cert)).stderr).toContain("--cert and --key go together");
    expect((await restore("--keys", join(base, "none"))).stderr).toContain("the keys in");
    expect((await tapline("archive", "restore")).stderr).toContain("--out");
    expect((await restore("--unknown")).code).not.toBe(0);
    await writeFile(join(base, "file"), "");
    const blocked = await tapline("archive", "restore", "--out", join(base, "file", "x"));
    expect(blocked).toMatchObject({ code: 1 });
    expect(blocked.stderr).toContain("Choose another folder");
    await rm(join(base, ".tapline"), { recursive: true });
    expect((await restore()).stderr).toContain("no private folder .tapline was found");
  });
});
