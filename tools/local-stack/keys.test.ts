import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { issueLeaf, openAuthority } from "@tapline/core/encryption";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type DataFolder, openDataFolder } from "./data-folder.ts";
import { openPki } from "./open-pki.ts";
import { openSecrets } from "./open-secrets.ts";
import { recipientPairs } from "./recipient-pairs.ts";

const now = Date.now();
let folder: DataFolder;

beforeAll(async () => {
  folder = await openDataFolder(await mkdtemp(join(tmpdir(), "tapline-keys-")));
  await openPki(folder.pki, folder.archive, now);
  await openSecrets(folder);
});

afterAll(async () => {
  await rm(folder.root, { recursive: true });
});

/** The local agent's pair as the intermediate issued it when agents had no authority of their own. */
async function issueOlderAgent(pki: string): Promise<{ crt: string; key: string }> {
  const openssl = (...args: string[]) => promisify(execFile)("openssl", args, { cwd: pki });
  const made = ["-keyout", "older.key", "-out", "older.crt", "-nodes", "-days", "30"];
  const by = ["-CA", "intermediate.crt", "-CAkey", "intermediate.key", "-subj", "/CN=Tapline agent local"];
  const uri = "subjectAltName=URI:spiffe://tapline/agent/local";
  await openssl(
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-addext",
    uri,
    ...made,
    ...by,
  );
  const [crt, key] = await Promise.all(
    ["crt", "key"].map((end) => readFile(join(pki, `older.${end}`), "utf8")),
  );
  return { crt: crt ?? "", key: key ?? "" };
}

/** A pair by the folder's intermediate, valid between two days from now on. */
async function issuePair(pki: string, name: string, fromDays: number, toDays: number): Promise<void> {
  const read = (file: string) => readFile(join(pki, file), "utf8");
  const issuer = await openAuthority(
    await read("intermediate.crt"),
    await read("intermediate.key"),
    "the intermediate",
  );
  const at = (days: number) => new Date(now + days * 86_400_000);
  const { certPem, keyPem } = await issueLeaf(
    { commonName: "Tapline archive", organisation: "Tapline", issuer, use: "keyAgreement" },
    { notBefore: at(fromDays), notAfter: at(toDays) },
  );
  await writeFile(join(pki, `${name}.crt`), certPem);
  await writeFile(join(pki, `${name}.key`), keyPem);
}

const checked = () => openPki(folder.pki, folder.archive, now);

describe("the PKI", () => {
  it("is made once, its private keys for their owner's eyes alone", async () => {
    expect(await checked()).toBe(false);
    for (const name of await readdir(folder.pki))
      if (name.endsWith(".key")) expect((await stat(join(folder.pki, name))).mode & 0o777).toBe(0o600);
  });

  it.each([
    ["archive.key", "", "damaged at archive: it is empty"],
    ["server.crt", "nonsense", "damaged at server"],
    ["trust.pem", undefined, "damaged at trust.pem"],
    ["signer.key", "escrow.key", "signer.key does not belong to signer.crt"],
  ])("is refused where %s is replaced by %j, and left as it is", async (name, content, text) => {
    const path = join(folder.pki, name);
    const before = await readFile(path);
    if (content === undefined) await rm(path);
    else
      await writeFile(path, content.endsWith(".key") ? await readFile(join(folder.pki, content)) : content);
    const refused = checked();
    await expect(refused).rejects.toMatchObject({ code: "corrupt" });
    await expect(refused).rejects.toThrow(text);
    await writeFile(path, before);
    expect(await checked()).toBe(false);
  });

  it("is refused once a certificate has expired", async () => {
    await expect(openPki(folder.pki, folder.archive, now + 5 * 365 * 86_400_000)).rejects.toThrow(
      "expired on",
    );
  });

  it("counts the newest pair of a recipient after rotations, and one that it replaced only where it is there", async () => {
    const pki = join(folder.root, "rotated");
    await cp(folder.pki, pki, { recursive: true });
    const checkedPki = () => openPki(pki, folder.archive, now);
    await issuePair(pki, "archive", -400, -1);
    await expect(checkedPki()).rejects.toThrow("archive.crt expired on");
    expect(await recipientPairs(pki)).toEqual({ archive: "archive", escrow: "escrow" });
    const [older, newer] = ["archive-aaaaaaaaaaaa", "archive-000000000000"];
    await issuePair(pki, older, -20, -10);
    await issuePair(pki, newer, -10, 300);
    expect(await recipientPairs(pki)).toEqual({ archive: newer, escrow: "escrow" });
    await checkedPki();
    // Cut off before its certificate was written: no pair yet.
    await writeFile(join(pki, "archive-bbbbbbbbbbbb.key"), "");
    expect((await recipientPairs(pki)).archive).toBe(newer);
    await cp(join(pki, "escrow.key"), join(pki, "archive.key"));
    await expect(checkedPki()).rejects.toThrow("archive.key does not belong to archive.crt");
    await rm(join(pki, "archive.key"));
    await checkedPki();
    await writeFile(join(pki, `${newer}.key`), "");
    await expect(checkedPki()).rejects.toThrow(`damaged at ${newer}: it is empty`);
    await writeFile(join(pki, `${newer}.crt`), "");
    await expect(checkedPki()).rejects.toThrow(`${newer}.crt holds no certificate`);
  });

  it("of an earlier release gets the key of its audit log once", async () => {
    const pki = join(folder.root, "without-log-key");
    await cp(folder.pki, pki, { recursive: true });
    await rm(join(pki, "log.key"));
    await openPki(pki, folder.archive, now);
    const key = await readFile(join(pki, "log.key"), "utf8");
    expect(key).toContain("PRIVATE KEY");
    expect((await stat(join(pki, "log.key"))).mode & 0o777).toBe(0o600);
    await openPki(pki, folder.archive, now);
    expect(await readFile(join(pki, "log.key"), "utf8")).toBe(key);
  });

  it("of an earlier release gets an agents' authority once; what its intermediate issued stays good", async () => {
    const { agent, pki } = { agent: "agent-local", pki: join(folder.root, "older") };
    await cp(folder.pki, pki, { recursive: true });
    const own = ["agents.key", "agents.crt", "agents-trust.pem"];
    for (const name of own) await rm(join(pki, name));
    const older = await issueOlderAgent(pki);
    for (const [name, content] of Object.entries(older))
      await writeFile(join(pki, `${agent}.${name}`), content);
    const read = async (name: string) => readFile(join(pki, name), "utf8");
    await openPki(pki, folder.archive, now);
    const trust = await read("agents-trust.pem");
    expect(trust).toBe((await read("agents.crt")) + (await read("root.crt")));
    expect((await stat(join(pki, "agents.key"))).mode & 0o777).toBe(0o600);
    expect(await read(`${agent}.crt`)).toBe(older.crt);
    await openPki(pki, folder.archive, now);
    expect(await read("agents-trust.pem")).toBe(trust);
    // Cut off before the last file: the pair that is there stays.
    const key = await read("agents.key");
    await rm(join(pki, "agents-trust.pem"));
    await openPki(pki, folder.archive, now);
    expect([await read("agents.key"), await read("agents-trust.pem")]).toEqual([key, trust]);
    // Cut off after the first.
    await rm(join(pki, "agents-trust.pem"));
    await rm(join(pki, "agents.crt"));
    await openPki(pki, folder.archive, now);
    expect(await read("agents.key")).not.toBe(key);
  });

  it("is not made anew beside an archive that waits for the old keys", async () => {
    await writeFile(join(folder.archive, "object"), "");
    await expect(openPki(join(folder.root, "other"), folder.archive, now)).rejects.toMatchObject({
      code: "corrupt",
    });
    await rm(join(folder.archive, "object"));
  });
});

describe("the secrets", () => {
  let before: Awaited<ReturnType<typeof openSecrets>>;

  beforeEach(async () => {
    before = await openSecrets(folder);
  });

  it("stay the same from start to start", async () => {
    expect(await openSecrets(folder)).toEqual(before);
    for (const path of [folder.secrets, join(folder.secrets, "alerts")])
      expect((await stat(path)).mode & 0o777).toBe(0o700);
    for (const entry of await readdir(folder.secrets, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) expect((await stat(join(entry.parentPath, entry.name))).mode & 0o777).toBe(0o600);
  });

  it.each(["alert-links", "alerts/web-push-key"])("of an earlier release get %s once", async (name) => {
    const path = join(folder.secrets, name);
    await rm(path);
    expect(await openSecrets(folder)).toEqual(before);
    const key = await readFile(path, "utf8");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await openSecrets(folder);
    expect(await readFile(path, "utf8")).toBe(key);
  });

  it("are refused where one is damaged, naming it", async () => {
    const path = join(folder.secrets, "process-key");
    const good = await readFile(path);
    await writeFile(path, "short");
    await expect(openSecrets(folder)).rejects.toThrow("process-key is missing or damaged");
    await writeFile(path, good);
  });
});
