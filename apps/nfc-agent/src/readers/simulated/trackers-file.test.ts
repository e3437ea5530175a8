import { execFileSync, spawnSync } from "node:child_process";
import { createPublicKey } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kidOf } from "@tapline/core/tap";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { readTrackersFile } from "./trackers-file.ts";

const dir = mkdtempSync(join(tmpdir(), "tapline-trackers-"));
const cli = new URL("../../simulated-trackers.ts", import.meta.url).pathname;
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe("simulated trackers", () => {
  it("are written to a private file, with a kid that belongs to the key", async () => {
    const path = join(dir, "trackers.json");
    execFileSync(process.execPath, [cli, "--out", path, "--count", "3"]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const stored = z
      .array(z.object({ id: z.string(), kid: z.string(), publicKey: z.string() }))
      .parse(JSON.parse(readFileSync(path, "utf8")));
    expect(new Set(stored.map((tracker) => tracker.id)).size).toBe(3);
    const read = await readTrackersFile(path);
    for (const [index, tracker] of read.entries()) {
      const raw = createPublicKey(tracker.privateKey).export({ type: "spki", format: "der" }).subarray(12);
      expect(stored[index]).toMatchObject({
        id: tracker.id,
        kid: kidOf(raw),
        publicKey: raw.toString("hex"),
      });
    }
  });

  it.each([[["--count", "3"]], [["--out", "x", "--count", "0"]], [["--nonsense"]]])("refuses %j", (args) => {
    const result = spawnSync(process.execPath, [cli, ...args], { encoding: "utf8" });
    expect(result.status).toBe(1);
    expect(result.stderr).toContain("usage:");
  });

  it("says which file it cannot write", () => {
    const args = [cli, "--out", join(dir, "none", "t.json"), "--count", "1"];
    const result = spawnSync(process.execPath, args, { encoding: "utf8" });
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(/none\/t\.json cannot be written: ENOENT/);
  });

  it("of a broken file are refused with a remedy, and without quoting the file", async () => {
    const path = join(dir, "broken.json");
    for (const content of ['{"secret', "[]", '[{"id":"secret"}]']) {
      writeFileSync(path, content);
      const error = await readTrackersFile(path).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "misconfigured", remedy: expect.stringContaining("--count") });
      expect(String(error)).not.toContain("secret");
    }
    await expect(readTrackersFile(join(dir, "missing.json"))).rejects.toThrow(/ENOENT/);
  });
});
