import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { hasCode } from "@tapline/core/kernel";
import { bandwidthSchema } from "@tapline/core/transfer";
import { mountVolume, sharedSshd, wireTo } from "@tapline/tools/test-servers";
import { expect, test } from "vitest";
import { refusesToOverwrite, renameUnderClaim } from "./exclusive-rename.ts";
import { offeredHostKey, SftpArchive } from "./index.ts";
import { SftpPool } from "./sftp-pool.ts";
import { openSftpSession, type SftpSession } from "./sftp-session.ts";

const unavailable = (error: unknown) => hasCode(error, "unavailable");

test("a server that refuses is left alone after three failures, and used again once one attempt works", async () => {
  const sshd = await sharedSshd();
  const wire = await wireTo(sshd.url);
  const changes: string[] = [];
  const archive = new SftpArchive(
    { ...sshd, url: wire.url, backoffMinMs: 200, backoffMaxMs: 400 },
    { onCircuit: ({ is }) => changes.push(is) },
  );
  await archive.put("a/first", Buffer.from("first"));
  await wire.down();
  for (let i = 0; i < 3; i++)
    await expect(archive.put("a/x", Buffer.from("x"))).rejects.toSatisfy(unavailable);
  expect(changes).toEqual(["open"]);
  await wire.up();
  await expect
    .poll(() => archive.put("a/x", Buffer.from("x")).catch(() => "failed"), { timeout: 10_000 })
    .toBe("written");
  expect(changes).toEqual(["open", "closed"]);
  expect(archive.isResting).toBe(false);
  await archive.close();
  await wire.down();
});

test("connections are opened while all are busy, never more than allowed, and end when idle", async () => {
  const sshd = await sharedSshd();
  let greeted = 0;
  const greet = async (): Promise<void> => {
    greeted += 1;
  };
  let most = 0;
  const work = async (): Promise<void> => {
    most = Math.max(most, pool.size);
    await sleep(300);
  };
  const pool = new SftpPool({ ...sshd, maxConnections: 3, idleMs: 100 }, greet, () => undefined);
  await pool.run("one", () => Promise.resolve());
  expect(pool.size).toBe(1);
  await Promise.all(Array.from({ length: 60 }, () => pool.run("many", work)));
  expect([most, greeted]).toEqual([3, 3]);
  await expect.poll(() => pool.size, { timeout: 5_000 }).toBe(1);
  await pool.close();
});

test("a limit holds what is sent, and a small file takes turns with a large one", async () => {
  const sshd = await sharedSshd();
  const bandwidth = bandwidthSchema.parse({ bytesPerSecond: 200_000 });
  const archive = new SftpArchive({ ...sshd, bandwidth, readBackShare: 0, callTimeoutMs: 1_500 });
  await archive.connect();
  const begun = performance.now();
  const ended: string[] = [];
  const large = archive.put("b/large", randomBytes(600_000)).then(() => ended.push("large"));
  const small = archive.put("b/small", Buffer.from("small")).then(() => ended.push("small"));
  await Promise.all([large, small]);
  // 0.6 MB at 0.2 MB/s, half a second of which may go at once.
  expect(performance.now() - begun).toBeGreaterThan(2_000);
  expect(ended).toEqual(["small", "large"]);
  await archive.close();
});

test("nothing is written while the archive has less room than must stay free, and that is told", async () => {
  const sshd = await sharedSshd();
  const told: string[] = [];
  const onSpace = ({ level }: { level: string }) => void told.push(level);
  const scarce = new SftpArchive({ ...sshd, warnFreeBytes: Number.MAX_SAFE_INTEGER }, { onSpace });
  expect(await scarce.put("c/a", Buffer.from("a"))).toBe("written");
  const none = new SftpArchive({ ...sshd, stopFreeBytes: Number.MAX_SAFE_INTEGER }, { onSpace });
  await expect(none.put("c/b", Buffer.from("b"))).rejects.toThrow(/bytes left, less than/);
  expect(told).toEqual(["scarce", "none"]);
  await Promise.all([scarce.close(), none.close()]);
});

test("a full disk is said by name, leaves nothing behind, and heals", async (context) => {
  const sshd = await sharedSshd();
  const dir = join(sshd.rootDir, "small");
  const volume = await mountVolume(dir);
  if (volume === null) return context.skip("this user may not mount a small disk");
  const archive = new SftpArchive({ ...sshd, url: `${sshd.url}/small`, backoffMaxMs: 10, backoffMinMs: 10 });
  try {
    const bytes = randomBytes(2_000_000);
    await archive.put("d/before", bytes);
    await volume.fill();
    const refused = await archive.put("d/after", bytes).catch((error: unknown) => error);
    expect(String(refused)).toContain("disk is full");
    expect(refused).toSatisfy(unavailable);
    await volume.free();
    await expect
      .poll(() => archive.put("d/after", bytes).catch(() => "failed"), { timeout: 20_000 })
      .toBe("written");
    expect((await readdir(join(dir, "d"))).sort()).toEqual(["after", "before"]);
  } finally {
    await archive.close();
    await volume.unmount();
  }
});

test("what killed uploads left is removed once it is old; nothing else is", async () => {
  const sshd = await sharedSshd();
  const day = join(sshd.rootDir, "2026/05/01");
  await mkdir(day, { recursive: true });
  const [old, young] = [new Date(Date.now() - 7_200_000), new Date()];
  const files = [
    ["x.p7m.0123456789ab.part", old],
    ["x.p7m.claim.part", old],
    ["x.p7m.abcdef012345.part", young],
    ["somebody.part", old],
    ["x.p7m", old],
  ] as const;
  for (const [name, time] of files) {
    await writeFile(join(day, name), "x");
    await utimes(join(day, name), time, time);
  }
  const archive = new SftpArchive(sshd);
  expect(await archive.removeOldParts(["2026/05/01", "2026/05/02"], 3_600_000)).toBe(2);
  expect((await readdir(day)).sort()).toEqual(["somebody.part", "x.p7m", "x.p7m.abcdef012345.part"]);
  await archive.close();
});

test("two keys are believed while a server's key is changed, and its key is learnt without signing in", async () => {
  const sshd = await sharedSshd();
  expect(await offeredHostKey(sshd.url)).toBe(sshd.hostKeyPin);
  const other = `SHA256:${Buffer.alloc(32, 7).toString("base64").replace("=", "")}`;
  const archive = new SftpArchive({ ...sshd, hostKeyPin: `${other},${sshd.hostKeyPin}` });
  await archive.connect();
  await archive.close();
  await expect(offeredHostKey("sftp://nobody@127.0.0.1:1/")).rejects.toSatisfy(unavailable);
});

/** The same session, whose plain rename is OpenSSH's other one: it overwrites, as some servers' plain one does. */
function overwriting(session: SftpSession): SftpSession {
  const sftp = new Proxy(session.sftp, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key === "rename" ? "ext_openssh_rename" : key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return new Proxy(session, {
    get: (target, key) => {
      if (key === "sftp") return sftp;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

test("a server whose rename overwrites is found out, and nothing is overwritten on it all the same", async () => {
  const sshd = await sharedSshd();
  const session = await openSftpSession(sshd, null, new AbortController().signal);
  const at = (name: string) => join(sshd.rootDir, name);
  const loose = overwriting(session);
  expect(await refusesToOverwrite(session, at("try"))).toBe(true);
  expect(await refusesToOverwrite(loose, at("try"))).toBe(false);
  for (const name of ["one.part", "two.part"]) await writeFile(at(name), name);
  expect(await renameUnderClaim(loose, at("one.part"), at("final"))).toBe(true);
  expect(await renameUnderClaim(loose, at("two.part"), at("final"))).toBe(false);
  expect(await readFile(at("final"), "utf8")).toBe("one.part");
  await writeFile(at("late.claim.part"), "");
  await expect(renameUnderClaim(loose, at("two.part"), at("late"))).rejects.toSatisfy(unavailable);
  expect((await readdir(sshd.rootDir)).sort()).toEqual(["final", "late.claim.part", "two.part"]);
  await session.end();
});
