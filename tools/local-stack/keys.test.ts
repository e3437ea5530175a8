import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type DataFolder, openDataFolder } from "./data-folder.ts";
import { openPki } from "./open-pki.ts";
import { openSecrets } from "./open-secrets.ts";

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
    expect((await stat(folder.secrets)).mode & 0o777).toBe(0o700);
    for (const name of await readdir(folder.secrets))
      expect((await stat(join(folder.secrets, name))).mode & 0o777).toBe(0o600);
  });

  it("are refused where one is damaged, naming it", async () => {
    const path = join(folder.secrets, "process-key");
    const good = await readFile(path);
    await writeFile(path, "short");
    await expect(openSecrets(folder)).rejects.toThrow("process-key is missing or damaged");
    await writeFile(path, good);
  });
});
