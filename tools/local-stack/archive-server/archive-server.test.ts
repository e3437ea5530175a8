import { execFile, fork } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import ssh2, { type Client, type ConnectConfig, type SFTPWrapper } from "ssh2";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ArchiveServer, generateSshKeyPair, hostKeyPin, startArchiveServer } from "./index.ts";

const { STATUS_CODE } = ssh2.utils.sftp;
const [host, key, stranger] = [generateSshKeyPair(), generateSshKeyPair(), generateSshKeyPair()];
let base: string;
let root: string;
let server: ArchiveServer;
let client: Client;
let sftp: SFTPWrapper;

const settings = (change: ConnectConfig = {}): ConnectConfig => ({
  host: "127.0.0.1",
  port: server.port,
  username: "tapline",
  privateKey: key.privateKey,
  ...change,
});

function signIn(config: ConnectConfig): Promise<Client> {
  const { promise, resolve, reject } = Promise.withResolvers<Client>();
  const made = new ssh2.Client();
  made.once("ready", () => resolve(made.setNoDelay(true))).on("error", reject);
  made.on("close", () => reject(new Error("closed")));
  made.connect(config);
  return promise;
}

type Reply = (error?: Error | null, result?: unknown) => void;

/** The SFTP status of a request: 0 where it was done. */
function statusOf(request: (sftp: SFTPWrapper, reply: Reply) => void): Promise<number> {
  return new Promise((resolve) => {
    request(sftp, (error) =>
      resolve(error ? ((error as Error & { code: number }).code ?? -1) : STATUS_CODE.OK),
    );
  });
}

function done<T>(request: (reply: (error?: Error | null, value?: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    request((error, value) => (error ? reject(error) : resolve(value as T)));
  });
}

const write = (name: string, bytes: Buffer, flags: "w" | "a" | "r+" | "xw" = "xw") =>
  statusOf((s, reply) =>
    s.open(name, flags, (error, handle) => {
      if (error) return reply(error);
      s.write(handle, bytes, 0, bytes.length, 0, (fault) => s.close(handle, (late) => reply(fault ?? late)));
    }),
  );
const read = (name: string) => statusOf((s, reply) => s.readFile(name, reply));
const rename = (from: string, to: string) => statusOf((s, reply) => s.rename(from, to, reply));

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "tapline-embedded-"));
  root = join(base, "archive");
  server = await startArchiveServer({
    dir: root,
    hostKey: host.privateKey,
    clientKey: key.publicKey,
    maxFileBytes: 100_000,
  });
  await writeFile(join(base, "secret"), "outside");
  await mkdir(join(root, "2026"));
  await writeFile(join(root, "2026", "final.json"), "archived");
  await symlink(join(base, "secret"), join(root, "link"));
  await symlink(base, join(root, "folder-link"));
  client = await signIn(settings());
  sftp = await new Promise((resolve, reject) =>
    client.sftp((error, s) => (error ? reject(error) : resolve(s))),
  );
});

afterAll(async () => {
  client.end();
  await server.stop();
  await rm(base, { recursive: true });
});

describe("the embedded archive server", () => {
  test.for([
    "/../secret",
    "../secret",
    "/2026/../../secret",
    "2026/../../secret",
    "/..",
    "/link",
    "/folder-link/secret",
    "/2026/..\\..\\secret",
    "/2026\0/../../secret",
  ])("gives nothing of what lies outside for %j", async (path) => {
    const refused = [STATUS_CODE.PERMISSION_DENIED, STATUS_CODE.NO_SUCH_FILE];
    expect(refused).toContain(await read(path));
    expect(refused).toContain(await statusOf((s, reply) => s.stat(path, reply)));
    expect(refused).toContain(await statusOf((s, reply) => s.lstat(path, reply)));
    expect(refused).toContain(await statusOf((s, reply) => s.opendir(path, reply)));
    expect(refused).toContain(await write(`${path}/x.part`, Buffer.from("x")));
    expect(refused).toContain(await statusOf((s, reply) => s.mkdir(`${path}/new`, reply)));
    expect(refused).toContain(await statusOf((s, reply) => s.unlink(`${path}/x.part`, reply)));
    expect((await readdir(base)).sort()).toEqual(["archive", "secret"]);
  });

  test("serves what is asked of one file in its order, without waiting for answers", async () => {
    const bytes = Buffer.alloc(30_000, "in order");
    const handle = await done<Buffer>((reply) => sftp.open("/2026/order.part", "xw+", reply));
    const into = Buffer.alloc(bytes.length);
    const answers = await Promise.all([
      done<void>((reply) => sftp.write(handle, bytes, 0, 10_000, 0, reply)),
      done<void>((reply) => sftp.write(handle, bytes, 10_000, 10_000, 10_000, reply)),
      done<void>((reply) => sftp.write(handle, bytes, 20_000, 10_000, 20_000, reply)),
      done<number>((reply) => sftp.read(handle, into, 0, bytes.length, 0, reply)),
      done<{ size: number }>((reply) => sftp.fstat(handle, reply)),
      done<void>((reply) => sftp.close(handle, reply)),
      done<void>((reply) => sftp.rename("/2026/order.part", "/2026/order", reply)),
      done<{ size: number }>((reply) => sftp.lstat("/2026/order", reply)),
    ]);
    expect(into.equals(bytes)).toBe(true);
    expect(answers[4].size).toBe(bytes.length);
    expect(answers[7].size).toBe(bytes.length);
  });

  test("takes an absolute name for one inside the archive", async () => {
    expect(await read("/etc/passwd")).toBe(STATUS_CODE.NO_SUCH_FILE);
    expect(await read(join(base, "secret"))).toBe(STATUS_CODE.NO_SUCH_FILE);
    expect(await read("/2026/final.json")).toBe(STATUS_CODE.OK);
  });

  test("names no link in a listing, and makes and follows none", async () => {
    const names = await new Promise<string[]>((resolve, reject) => {
      sftp.readdir("/", (error, list) =>
        error ? reject(error) : resolve(list.map(({ filename }) => filename)),
      );
    });
    expect(names).toEqual(["2026"]);
    expect(await statusOf((s, reply) => s.symlink("/2026", "/made", reply))).toBe(STATUS_CODE.OP_UNSUPPORTED);
    expect(await statusOf((s, reply) => s.readlink("/link", reply))).toBe(STATUS_CODE.OP_UNSUPPORTED);
    expect(await write("/2026/up.part", Buffer.from("x"))).toBe(STATUS_CODE.OK);
    expect(await rename("/2026/up.part", "/folder-link/stolen")).toBe(STATUS_CODE.PERMISSION_DENIED);
    expect(await rename("/2026/up.part", "/../stolen")).toBe(STATUS_CODE.PERMISSION_DENIED);
  });

  test("never lets go of an archived file or its content", async () => {
    for (const flags of ["w", "a", "r+", "xw"] as const)
      expect(await write("/2026/final.json", Buffer.from("x"), flags), flags).toBe(
        STATUS_CODE.PERMISSION_DENIED,
      );
    expect(await statusOf((s, reply) => s.unlink("/2026/final.json", reply))).toBe(
      STATUS_CODE.PERMISSION_DENIED,
    );
    expect(await rename("/2026/final.json", "/2026/other")).toBe(STATUS_CODE.PERMISSION_DENIED);
    expect(await statusOf((s, reply) => s.rmdir("/2026", reply))).toBe(STATUS_CODE.OP_UNSUPPORTED);
    expect(await statusOf((s, reply) => s.chmod("/2026/final.json", 0o777, reply))).toBe(
      STATUS_CODE.OP_UNSUPPORTED,
    );
    expect(await write("/2026/new.part", Buffer.from("other"))).toBe(STATUS_CODE.OK);
    expect(await rename("/2026/new.part", "/2026/final.json")).toBe(STATUS_CODE.FAILURE);
    expect(await readFile(join(root, "2026/final.json"), "utf8")).toBe("archived");
  });

  test("what another connection can still change gets no name", async () => {
    const channel = await done<SFTPWrapper>((reply) => client.sftp(reply));
    const open = () => done<Buffer>((reply) => channel.open("/2026/held.part", "xw", reply));
    const close = (handle: Buffer) => done<void>((reply) => channel.close(handle, reply));
    const first = await open();
    expect(await rename("/2026/held.part", "/2026/held.json")).toBe(STATUS_CODE.FAILURE);
    // Another file under the same name is held open in its own right.
    await done<void>((reply) => channel.unlink("/2026/held.part", reply));
    const second = await open();
    await close(first);
    expect(await rename("/2026/held.part", "/2026/held.json")).toBe(STATUS_CODE.FAILURE);
    await close(second);
    expect(await rename("/2026/held.part", "/2026/held.json")).toBe(STATUS_CODE.OK);
    channel.end();
  });

  test("moves a segment's file into the quarantine under its own name, and nowhere else", async () => {
    const name = "segment-01939b6c-0000-7000-8000-000000000001.manifest.json";
    expect(await write("/2026/a.part", Buffer.from("manifest"))).toBe(STATUS_CODE.OK);
    expect(await rename("/2026/a.part", `/2026/${name}`)).toBe(STATUS_CODE.OK);
    await statusOf((s, reply) => s.mkdir("/quarantine", reply));
    expect(await rename(`/2026/${name}`, "/quarantine/other")).toBe(STATUS_CODE.PERMISSION_DENIED);
    expect(await rename(`/2026/${name}`, `/2026/x/${name}`)).toBe(STATUS_CODE.PERMISSION_DENIED);
    expect(await rename("/2026/final.json", "/quarantine/final.json")).toBe(STATUS_CODE.PERMISSION_DENIED);
    expect(await rename(`/2026/${name}`, `/quarantine/${name}`)).toBe(STATUS_CODE.OK);
    expect(await readFile(join(root, "quarantine", name), "utf8")).toBe("manifest");
    expect(await rename(`/quarantine/${name}`, `/2026/${name}`)).toBe(STATUS_CODE.PERMISSION_DENIED);
  });

  test("lets an upload begin only as a new file ending in .part", async () => {
    expect(await write("/2026/direct.json", Buffer.from("x"))).toBe(STATUS_CODE.PERMISSION_DENIED);
    expect(await write("/2026/twice.part", Buffer.from("x"))).toBe(STATUS_CODE.OK);
    expect(await write("/2026/twice.part", Buffer.from("y"))).toBe(STATUS_CODE.FAILURE);
    expect(await statusOf((s, reply) => s.mkdir("/2026/folder.part", reply))).toBe(
      STATUS_CODE.PERMISSION_DENIED,
    );
  });

  test("bounds the size of a file", async () => {
    expect(await write("/2026/large.part", Buffer.alloc(100_001))).toBe(STATUS_CODE.PERMISSION_DENIED);
    expect(await write("/2026/full.part", Buffer.alloc(100_000))).toBe(STATUS_CODE.OK);
    const far = await statusOf((s, reply) =>
      s.open("/2026/far.part", "xw", (error, handle) =>
        error ? reply(error) : s.write(handle, Buffer.of(1), 0, 1, 2 ** 52, reply),
      ),
    );
    expect(far).toBe(STATUS_CODE.PERMISSION_DENIED);
  });

  test("bounds how many files a client holds open, and serves on", { timeout: 30_000 }, async () => {
    const other = await signIn(settings());
    const channel = await new Promise<SFTPWrapper>((resolve) => other.sftp((_, s) => resolve(s)));
    const opened = await Promise.all(
      Array.from(
        { length: 600 },
        () =>
          new Promise<boolean>((resolve) =>
            channel.open("/2026/final.json", "r", (error) => resolve(!error)),
          ),
      ),
    );
    expect(opened.filter(Boolean)).toHaveLength(512);
    other.end();
    expect(await read("/2026/final.json")).toBe(STATUS_CODE.OK);
  });

  test("removes the unfinished uploads of a client that is gone", async () => {
    const other = await signIn(settings());
    const channel = await new Promise<SFTPWrapper>((resolve) => other.sftp((_, s) => resolve(s)));
    await new Promise((resolve) => channel.open("/2026/left.part", "xw", resolve));
    expect(await readdir(join(root, "2026"))).toContain("left.part");
    other.destroy();
    await expect.poll(() => readdir(join(root, "2026"))).not.toContain("left.part");
  });

  test("runs no program, no shell and forwards nothing", async () => {
    const attempt = (act: (reply: Reply) => void) =>
      new Promise<boolean>((resolve) => act((error) => resolve(!error)));
    expect(await attempt((reply) => client.exec("id", reply))).toBe(false);
    expect(await attempt((reply) => client.shell(reply))).toBe(false);
    expect(await attempt((reply) => client.subsys("other", reply))).toBe(false);
    expect(await attempt((reply) => client.forwardOut("127.0.0.1", 1, "127.0.0.1", server.port, reply))).toBe(
      false,
    );
    expect(await attempt((reply) => client.forwardIn("127.0.0.1", 0, reply))).toBe(false);
    expect(await read("/2026/final.json")).toBe(STATUS_CODE.OK);
  });

  test.for([
    ["another key", { privateKey: stranger.privateKey }],
    ["another user", { username: "root" }],
    ["a password", { privateKey: undefined, password: "tapline" }],
    ["nothing", { privateKey: undefined }],
  ] as [string, ConnectConfig][])("refuses a client with %s", async ([, change]) => {
    const config = Object.fromEntries(
      Object.entries(settings(change)).filter(([, value]) => value !== undefined),
    );
    await expect(signIn(config)).rejects.toThrow();
  });

  test("refuses whoever knows the public key alone", async () => {
    const parsed = ssh2.utils.parseKey(key.publicKey) as ssh2.ParsedKey;
    const other = ssh2.utils.parseKey(stranger.privateKey) as ssh2.ParsedKey;
    class Impostor extends ssh2.BaseAgent {
      override getIdentities(reply: (error: Error | null, keys?: ssh2.ParsedKey[]) => void): void {
        reply(null, [parsed]);
      }
      override sign(_: unknown, data: Buffer, ...rest: unknown[]): void {
        const reply = rest.at(-1) as (error: Error | null, signature?: Buffer) => void;
        reply(null, other.sign(data));
      }
    }
    const agent = new Impostor() as unknown as NonNullable<ConnectConfig["agent"]>;
    const { privateKey: _, ...config } = settings();
    await expect(signIn({ ...config, agent })).rejects.toThrow();
  });

  test("listens on loopback alone", async () => {
    const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    const outer = addresses.filter(({ internal, family }) => !internal && family === "IPv4");
    for (const { address } of outer)
      await expect(signIn(settings({ host: address }))).rejects.toThrow("ECONNREFUSED");
    await expect(signIn(settings()).then((open) => open.end())).resolves.toBeDefined();
  });

  test("says what is wrong with a folder, a key or a port", async () => {
    const keys = { hostKey: host.privateKey, clientKey: key.publicKey };
    await expect(startArchiveServer({ dir: join(base, "secret"), ...keys })).rejects.toThrow(
      "cannot be used",
    );
    await expect(startArchiveServer({ dir: root, ...keys, hostKey: "x" })).rejects.toThrow("not a readable");
    await expect(startArchiveServer({ dir: root, ...keys, port: server.port })).rejects.toThrow(
      "cannot listen",
    );
  });

  test("as a child says ready, and ends on SIGTERM and with its parent", { timeout: 30_000 }, async () => {
    const files = { "host-key": host.privateKey, "client-key.pub": key.publicKey };
    for (const [name, text] of Object.entries(files)) await writeFile(join(base, name), text);
    const env = {
      TAPLINE_ARCHIVE_DIR: join(base, "child"),
      TAPLINE_ARCHIVE_HOST_KEY_FILE: join(base, "host-key"),
      TAPLINE_ARCHIVE_CLIENT_KEY_FILE: join(base, "client-key.pub"),
    };
    for (const end of ["SIGTERM", "disconnect"] as const) {
      const child = fork(join(import.meta.dirname, "main.ts"), { env, execArgv: [] });
      const ready = await new Promise((resolve) => child.once("message", resolve));
      expect(ready).toMatchObject({ type: "ready", port: expect.any(Number) });
      if (end === "SIGTERM") child.kill("SIGTERM");
      else child.disconnect();
      expect(await new Promise((resolve) => child.once("exit", resolve))).toBe(0);
    }
    for (const name of ["child", ...Object.keys(files)]) await rm(join(base, name), { recursive: true });
  });
});

test("a key pair's pin is what ssh-keygen prints", async () => {
  const dir = await mkdtemp(join(tmpdir(), "tapline-key-"));
  await writeFile(join(dir, "key"), key.privateKey, { mode: 0o600 });
  await writeFile(join(dir, "key.pub"), key.publicKey);
  const { stdout } = await promisify(execFile)("ssh-keygen", ["-lf", join(dir, "key.pub")]);
  expect(stdout).toContain(key.pin);
  expect(hostKeyPin(key.privateKey)).toBe(key.pin);
  const { stdout: derived } = await promisify(execFile)("ssh-keygen", ["-yf", join(dir, "key")]);
  expect(derived.trim()).toBe(key.publicKey.trim());
  await rm(dir, { recursive: true });
});
