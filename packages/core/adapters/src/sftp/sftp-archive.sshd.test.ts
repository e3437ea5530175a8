import { createHash, randomBytes } from "node:crypto";
import { chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type ErrorCode, hasCode } from "@tapline/core/kernel";
import { generateSshKeyPair, startArchiveServer } from "@tapline/tools/local-stack/archive-server";
import { sharedSshd, startProftpd, temporaryFolder, wireTo } from "@tapline/tools/test-servers";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { archiveReaderContract } from "../../../contracts/archive-reader.ts";
import { type ArchiveFile, SftpArchive, type SftpSettings } from "./index.ts";

/** A running SFTP server, and the folder on disk that its `url` leads to. */
interface ServerUnderTest {
  readonly url: string;
  readonly hostKeyPin: string;
  readonly privateKey: string;
  readonly rootDir: string;
  readonly stop?: () => Promise<void>;
}

const is = (code: ErrorCode) => (error: unknown) => hasCode(error, code);

async function startEmbedded(): Promise<ServerUnderTest> {
  const rootDir = await temporaryFolder();
  const [host, client] = [generateSshKeyPair(), generateSshKeyPair()];
  const keys = { hostKey: host.privateKey, clientKey: client.publicKey };
  const { port, stop } = await startArchiveServer({ dir: rootDir, ...keys });
  const url = `sftp://tapline@127.0.0.1:${port}/`;
  return { url, hostKeyPin: host.pin, privateKey: client.privateKey, rootDir, stop };
}

const servers: [string, () => Promise<ServerUnderTest>][] = [["the embedded server", startEmbedded]];
if (inject("sshd") !== null) servers.push(["OpenSSH's sshd", sharedSshd]);
if (inject("proftpd")) servers.push(["ProFTPD's mod_sftp", startProftpd]);

describe.each(servers)("uploads to %s", (_, start) => {
  let server: ServerUnderTest;
  let archive: SftpArchive;
  const settings = (change: Partial<SftpSettings> = {}): SftpSettings => ({ ...server, ...change });
  const onDisk = (path: string) => readFile(join(server.rootDir, path));

  beforeAll(async () => {
    server = await start();
    archive = new SftpArchive(settings());
    await archive.connect();
  });
  afterAll(async () => {
    await archive.close();
    await server.stop?.();
  });

  test.for([0, 1, 31_744, 31_745, 3_000_000])(
    "write %i bytes under their final name, and only there",
    async (n) => {
      const bytes = randomBytes(n);
      expect(await archive.put(`2026/01/02/size-${n}`, bytes)).toBe("written");
      expect((await onDisk(`2026/01/02/size-${n}`)).equals(bytes)).toBe(true);
      expect(
        (await readdir(join(server.rootDir, "2026/01/02"))).filter((file) => file.endsWith(".part")),
      ).toEqual([]);
    },
  );

  test("are read back whole by the share that is asked for; small files always", async () => {
    for (const [share, expected] of [
      [0, [false, true]],
      [1, [true, true]],
    ] as const) {
      const readBacks: boolean[] = [];
      const onWritten = ({ readBack }: { readBack: boolean }) => readBacks.push(readBack);
      const sampled = new SftpArchive(settings({ readBackShare: share }), { onWritten });
      await sampled.put(`2026/01/05/big-${share}`, randomBytes(65_537));
      await sampled.put(`2026/01/05/small-${share}`, randomBytes(65_536));
      expect(readBacks).toEqual(expected);
      await sampled.close();
    }
  });

  test("of what is there already are no upload", async () => {
    const bytes = randomBytes(50_000);
    await archive.put("2026/01/03/same", bytes);
    expect(await archive.put("2026/01/03/same", bytes)).toBe("present");
  });

  test("never overwrite other bytes, of the same length or another", async () => {
    await archive.put("2026/01/03/first", Buffer.from("first"));
    for (const other of ["fir5t", "longer than that", ""])
      await expect(archive.put("2026/01/03/first", Buffer.from(other))).rejects.toSatisfy(is("conflict"));
    expect((await onDisk("2026/01/03/first")).toString()).toBe("first");
  });

  test("of one name at once end in one winner and no leftovers", async () => {
    const same = await Promise.all(
      Array.from({ length: 8 }, () => archive.put("2026/01/04/same", Buffer.from("x"))),
    );
    expect(same).toContain("written");
    const rivals = await Promise.allSettled(
      Array.from({ length: 8 }, (_, i) => archive.put("2026/01/04/rival", Buffer.from(`rival ${i}`))),
    );
    expect(rivals.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const rival of rivals)
      if (rival.status === "rejected") expect(rival.reason).toSatisfy(is("conflict"));
    expect((await readdir(join(server.rootDir, "2026/01/04"))).sort()).toEqual(["rival", "same"]);
  });

  test("run side by side on one connection", async () => {
    const files = Array.from(
      { length: 60 },
      (_, i) => [`2026/02/0${1 + (i % 9)}/f-${i}`, randomBytes(i * 997)] as const,
    );
    await Promise.all(files.map(([path, bytes]) => archive.put(path, bytes)));
    for (const [path, bytes] of files) expect((await archive.read(path)).equals(bytes)).toBe(true);
  });

  test("find their folder again when somebody took it away", async () => {
    await archive.put("2026/03/01/a", Buffer.from("a"));
    await rm(join(server.rootDir, "2026/03"), { recursive: true });
    await expect(archive.put("2026/03/01/b", Buffer.from("b"))).rejects.toSatisfy(is("not-found"));
    expect(await archive.put("2026/03/01/b", Buffer.from("b"))).toBe("written");
  });

  test("refuse a path that leads outside", async () => {
    for (const path of ["../x", "/etc/x", "a/../../x", ""])
      await expect((async () => archive.put(path, Buffer.from("x")))()).rejects.toThrow();
  });

  test("refuse a folder's name as a conflict", async () => {
    await archive.put("2026/03/02/a", Buffer.from("a"));
    await expect(archive.put("2026/03/02", Buffer.from("x"))).rejects.toSatisfy(is("conflict"));
  });

  test("find a file that was changed behind their back", async () => {
    await archive.put("2026/03/03/a", Buffer.from("genuine"));
    await chmod(join(server.rootDir, "2026/03/03/a"), 0o600);
    await writeFile(join(server.rootDir, "2026/03/03/a"), "changed");
    await expect(archive.put("2026/03/03/a", Buffer.from("genuine"))).rejects.toSatisfy(is("conflict"));
  });

  test("stop at a server with another host key, and tell which it shows", async () => {
    const pin = `SHA256:${createHash("sha256").update("other").digest("base64").replace("=", "")}`;
    const stranger = new SftpArchive(settings({ hostKeyPin: pin }));
    const error = await stranger.connect().catch((caught: unknown) => caught);
    expect(error).toSatisfy(is("misconfigured"));
    expect(error).toMatchObject({ facts: { offered: server.hostKeyPin } });
    await stranger.close();
  });

  test("tell a missing root folder and an unreadable key by name", async () => {
    const url = server.url.endsWith("/") ? `${server.url}none` : `${server.url}/none`;
    const lost = new SftpArchive(settings({ url }));
    await expect(lost.connect()).rejects.toThrow("has no folder");
    const keyless = new SftpArchive(settings({ privateKey: "no key" }));
    await expect(keyless.connect()).rejects.toThrow("private key cannot be read");
    await Promise.all([lost.close(), keyless.close()]);
  });

  test("fail as unavailable when the wire is cut, and go on over a new one", async () => {
    const wire = await wireTo(server.url);
    const wired = new SftpArchive(settings({ url: wire.url, backoffMinMs: 10 }));
    await wired.put("2026/04/01/a", Buffer.from("a"));
    wire.cutAfter(5_000_000);
    const uploads = Array.from({ length: 4 }, (_, i) =>
      wired.put(`2026/04/01/big-${i}`, randomBytes(4_000_000)),
    );
    const outcomes = await Promise.allSettled(uploads);
    expect(outcomes.some(({ status }) => status === "rejected")).toBe(true);
    for (const outcome of outcomes)
      if (outcome.status === "rejected") expect(outcome.reason).toSatisfy(is("unavailable"));
    await expect
      .poll(() => wired.put("2026/04/01/b", Buffer.from("b")).catch(() => "failed"), { timeout: 10_000 })
      .toBe("written");
    await wired.close();
    await wire.down();
  });

  test("fail within their time limit when the server falls silent, and closing is bounded", async () => {
    const wire = await wireTo(server.url);
    const wired = new SftpArchive(settings({ url: wire.url, callTimeoutMs: 300 }));
    await wired.connect();
    wire.state.silent = true;
    const begun = performance.now();
    await expect(wired.put("2026/04/02/a", Buffer.from("a"))).rejects.toSatisfy(is("unavailable"));
    await wired.close();
    expect(performance.now() - begun).toBeLessThan(4_000);
    await wire.down();
  });

  test("are pipelined: over a long wire many pieces are under way at once", {
    timeout: 120_000,
  }, async () => {
    const wire = await wireTo(server.url);
    const wired = new SftpArchive(settings({ url: wire.url, readBackShare: 0 }));
    await wired.connect();
    wire.state.delayMs = 100;
    await wired.put("2026/04/03/far", randomBytes(3_000_000));
    // One at a time it would be one piece of 31 KiB.
    expect(wire.state.mostUnderWay).toBeGreaterThan(10 * 31 * 1_024);
    await wired.close();
    await wire.down();
  });

  test("of files that count together take hardly more round trips than one file", async () => {
    const wire = await wireTo(server.url);
    const wired = new SftpArchive(settings({ url: wire.url }));
    // Learns what the server can do, and makes the folder.
    await wired.put("2026/04/04/first", Buffer.from("first"));
    wire.state.delayMs = 100;
    const begun = performance.now();
    const fileOf = (name: string): ArchiveFile => ({ path: `2026/04/04/${name}`, bytes: randomBytes(1_000) });
    const [object, signature, manifest] = [fileOf("object"), fileOf("signature"), fileOf("manifest")];
    expect(await wired.putTogether([object, signature], manifest)).toBe("written");
    // Opening, writing, closing, naming, and naming the last: 5 of 200 ms. One after the other they would be 20.
    expect(performance.now() - begun).toBeLessThan(2_000);
    for (const { path, bytes } of [object, signature, manifest])
      expect((await onDisk(path)).equals(bytes)).toBe(true);
    expect(await wired.putTogether([object, signature], manifest)).toBe("present");
    await wired.close();
    await wire.down();
  });

  test("of files that count together leave the last without a name where another fails", async () => {
    const [path, last] = ["2026/04/05/object", "2026/04/05/manifest"];
    await archive.put(path, Buffer.from("theirs"));
    const others = [
      { path, bytes: Buffer.from("ours") },
      { path: "2026/04/05/signature", bytes: Buffer.from("signature") },
    ];
    const manifest = { path: last, bytes: Buffer.from("manifest") };
    await expect(archive.putTogether(others, manifest)).rejects.toSatisfy(is("conflict"));
    await expect.poll(() => readdir(join(server.rootDir, "2026/04/05"))).toEqual(["object", "signature"]);
    expect(await onDisk(path)).toEqual(Buffer.from("theirs"));
  });

  test("of files that count together give the last its name only after all others", async () => {
    const named: string[] = [];
    const onWritten = (file: { path: string }) => named.push(file.path);
    const watched = new SftpArchive(settings(), { onWritten });
    const large = { path: "2026/04/06/a-large", bytes: randomBytes(2_000_000) };
    const small = { path: "2026/04/06/b-small", bytes: randomBytes(10) };
    await watched.putTogether([large, small], { path: "2026/04/06/c-last", bytes: randomBytes(10) });
    expect(named.at(-1)).toBe("2026/04/06/c-last");
    await watched.close();
  });

  test("with a key that the server does not know are refused as misconfigured", async () => {
    const stranger = new SftpArchive(settings({ privateKey: generateSshKeyPair().privateKey }));
    await expect(stranger.connect()).rejects.toSatisfy(is("misconfigured"));
    await stranger.close();
  });

  test("are refused after closing, and closing what never connected is fine", async () => {
    const unused = new SftpArchive(settings());
    await unused.close();
    await expect(unused.put("2026/04/03/a", Buffer.from("a"))).rejects.toSatisfy(is("unavailable"));
  });
});

for (const [name, start] of servers)
  archiveReaderContract(name, async () => {
    const server = await start();
    const { rootDir } = server;
    const reader = new SftpArchive(server);
    return {
      reader,
      async place(path, bytes) {
        await mkdir(dirname(join(rootDir, path)), { recursive: true });
        await writeFile(join(rootDir, path), bytes);
      },
      link: (path, target) => symlink(target, join(rootDir, path)),
      async close() {
        await reader.close();
        await server.stop?.();
      },
    };
  });
