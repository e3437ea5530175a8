import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EnrolmentServer, refusal } from "./enrolment-server.fixture.ts";
import { enrol, readIdentity } from "./index.ts";

let server: EnrolmentServer;
let url: string;
let dir: string;

beforeEach(async () => {
  server = await EnrolmentServer.start();
  url = await server.listen();
  dir = join(await mkdtemp(join(tmpdir(), "tapline-identity-")), "identity");
});
afterEach(async () => {
  await server.close();
  await rm(join(dir, ".."), { recursive: true, force: true });
});

const ask = (changes: Partial<Parameters<typeof enrol>[0]> = {}) =>
  enrol({
    server: url,
    token: server.token,
    dir,
    hostname: "pc",
    version: "1.0.0",
    now: Date.now,
    ...changes,
  });
const reason = (name: string) => ({ facts: { reason: name } });

describe("enrolling", () => {
  it("leaves a private key, a certificate for it and the root in a private folder", async () => {
    const made = await ask();
    expect(made).toMatchObject({ agent: "desk", caPem: expect.stringContaining("BEGIN CERTIFICATE") });
    expect(await readIdentity(dir)).toEqual(made);
    expect((await readdir(dir)).sort()).toEqual(["agent.crt", "agent.key", "ca.crt"]);
    expect((await stat(join(dir, "agent.key"))).mode & 0o777).toBe(0o600);
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
  });

  it("says the secret to nobody but the server that the token names", async () => {
    const other = await EnrolmentServer.start();
    const otherUrl = await other.listen();
    await expect(ask({ server: otherUrl })).rejects.toMatchObject(reason("pin-mismatch"));
    // One that gives out our root, but cannot show a certificate below it.
    Object.assign(other, { ca: server.ca });
    await expect(ask({ server: otherUrl })).rejects.toMatchObject(reason("pin-mismatch"));
    expect(other.asked.every(({ path }) => path === "/v1/trust")).toBe(true);
    await other.close();
  });

  it.each(["token-used", "token-expired", "token-unknown"])("names a token's fate: %s", async (name) => {
    server.next.push(refusal(name, 401));
    await expect(ask()).rejects.toMatchObject({ code: "unauthenticated", ...{ facts: { reason: name } } });
    expect(await readIdentity(dir)).toBeNull();
  });

  it("names a token that was not copied whole, before it asks anybody", async () => {
    await expect(ask({ token: server.token.slice(0, -2) })).rejects.toMatchObject(reason("token-malformed"));
    expect(server.asked).toEqual([]);
  });

  it("names an unknown server, one that does not run, and one that is none", {
    timeout: 60_000,
  }, async () => {
    const none = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.write("SSH-2.0-x\r\n", () => socket.destroy());
    });
    await new Promise<void>((resolve) => none.listen(0, "127.0.0.1", resolve));
    const address = none.address();
    const port = typeof address === "object" ? address?.port : 0;
    await expect(ask({ server: `https://127.0.0.1:${port}` })).rejects.toMatchObject({ code: "unavailable" });
    await new Promise((resolve) => none.close(resolve));
    await expect(ask({ server: `https://127.0.0.1:${port}` })).rejects.toMatchObject(reason("unreachable"));
    await expect(ask({ server: "https://no-such-host.invalid" })).rejects.toMatchObject(
      reason("unknown-server"),
    );
    await expect(ask({ server: "http://127.0.0.1" })).rejects.toMatchObject({ code: "invalid-input" });
  });

  it("names a clock that is wrong, and how far", async () => {
    const late = ask({ now: () => Date.now() - 3 * 3_600_000 });
    await expect(late).rejects.toMatchObject(reason("clock"));
    await expect(late).rejects.toThrow("180 min behind");
    expect(server.asked.map(({ path }) => path)).toEqual(["/v1/trust"]);
  });

  it("names a folder that cannot be written, before the token is used up", async () => {
    await writeFile(`${dir}-file`, "");
    const inFile = join(`${dir}-file`, "identity");
    await expect(ask({ dir: inFile })).rejects.toMatchObject(reason("unwritable"));
    if (process.getuid?.() !== 0) {
      await mkdir(dir, { mode: 0o500 });
      await expect(ask()).rejects.toMatchObject(reason("unwritable"));
      await chmod(dir, 0o700);
    }
    expect(server.asked).toEqual([]);
  });

  it("names a full disk before the token is used up, and keeps the identity that works", {
    timeout: 60_000,
  }, async () => {
    const first = await ask();
    const before = server.asked.length;
    // A limit on the size of files fails a write as a full disk does, and needs no mount.
    const command = new URL("../cli/main.ts", import.meta.url).pathname;
    const args = ["enrol", "--data-dir", join(dir, ".."), "--server", url, "--token", server.token];
    const said = await new Promise<string>((resolve) => {
      const full = ["-c", 'ulimit -S -f 0; exec "$0" "$@"', process.execPath, command, ...args];
      execFile("bash", full, (_error, _out, err) => resolve(err));
    });
    expect(said).toMatch(/cannot be written: \w+\n.*make room/);
    expect(server.asked).toHaveLength(before);
    expect(await readIdentity(dir)).toEqual(first);
  });

  it("keeps the identity that is there until the new one is whole", async () => {
    const first = await ask();
    server.next.push(refusal("token-used", 401));
    await expect(ask()).rejects.toMatchObject({ code: "unauthenticated" });
    expect(await readIdentity(dir)).toEqual(first);
    const second = await ask();
    expect(second.serial).not.toBe(first.serial);
    expect(await readIdentity(dir)).toEqual(second);
  });

  it("refuses a certificate for another key", async () => {
    const other = await ask();
    server.next.push({
      status: 200,
      body: { agent: "desk", certificate: other.certPem, ca: server.ca, notAfterEpochMs: 1 },
    });
    await expect(ask()).rejects.toThrow("it is for another key");
    expect(await readIdentity(dir)).toEqual(other);
  });
});

describe("a change that was cut off", () => {
  const files = async () => {
    const read = (name: string) => readFile(join(dir, name), "utf8");
    return { key: await read("agent.key"), crt: await read("agent.crt"), ca: await read("ca.crt") };
  };
  const put = async (content: Record<string, string>) => {
    await rm(dir, { recursive: true });
    await mkdir(dir, { mode: 0o700 });
    for (const [name, text] of Object.entries(content)) await writeFile(join(dir, name), text);
  };

  it("leaves the old identity before its commit, the new one after it, at every step", async () => {
    const first = await ask();
    const old = await files();
    const second = await ask();
    const now = await files();
    const nextKey = { "agent.key.next": now.key };
    const both = { ...nextKey, "ca.crt.next": now.ca };
    const before = { "agent.key": old.key, "agent.crt": old.crt, "ca.crt": old.ca };
    for (const state of [before, { ...before, ...nextKey }, { ...before, ...both }]) {
      await put(state);
      expect((await readIdentity(dir))?.serial).toBe(first.serial);
    }
    const after = { ...before, "agent.crt": now.crt };
    for (const state of [
      { ...after, ...both },
      { ...after, "ca.crt": now.ca, ...nextKey },
    ]) {
      await put(state);
      expect((await readIdentity(dir))?.serial).toBe(second.serial);
      expect((await readdir(dir)).sort()).toEqual(["agent.crt", "agent.key", "ca.crt"]);
    }
  });

  it("that left a key which fits nothing is named", async () => {
    await ask();
    const { crt, ca } = await files();
    await put({ "agent.crt": crt, "ca.crt": ca });
    await expect(readIdentity(dir)).rejects.toMatchObject({ code: "misconfigured" });
  });
});
