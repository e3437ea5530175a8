import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { writeSums } from "./write-sums.ts";

let dir = "";
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "tapline-sums-"));
  for (const version of ["1.0.0", "1.1.0"])
    await writeFile(join(dir, `tapline-agent-${version}.tgz`), version);
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: dir, stdio: "pipe" }).toString();

it("sums all packages as sha256sum reads it, signed as openssl verifies it", async () => {
  openssl("genpkey", "-algorithm", "ed25519", "-out", "release.key");
  openssl("pkey", "-in", "release.key", "-pubout", "-out", "release.pub");
  await writeSums(dir, await readFile(join(dir, "release.key"), "utf8"));
  const checked = execFileSync("sha256sum", ["--check", "--strict", "SHA256SUMS"], { cwd: dir });
  expect(checked.toString()).toBe("tapline-agent-1.0.0.tgz: OK\ntapline-agent-1.1.0.tgz: OK\n");
  const verify = ["pkeyutl", "-verify", "-pubin", "-inkey", "release.pub", "-rawin", "-in", "SHA256SUMS"];
  expect(openssl(...verify, "-sigfile", "SHA256SUMS.sig")).toMatch(/Verified Successfully/);
  await writeFile(join(dir, "SHA256SUMS"), "altered");
  expect(spawnSync("openssl", [...verify, "-sigfile", "SHA256SUMS.sig"], { cwd: dir }).status).not.toBe(0);
});

it("leaves no signature behind that no longer fits", async () => {
  await writeFile(join(dir, "SHA256SUMS.sig"), "of yesterday");
  expect(await writeSums(dir, null)).toEqual([join(dir, "SHA256SUMS")]);
  expect(existsSync(join(dir, "SHA256SUMS.sig"))).toBe(false);
});

it("refuses a key of another kind", async () => {
  openssl("genpkey", "-algorithm", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "ec.key");
  await expect(writeSums(dir, await readFile(join(dir, "ec.key"), "utf8"))).rejects.toThrow(/no Ed25519 key/);
  await expect(writeSums(dir, "key")).rejects.toThrow(/does not read/);
});
