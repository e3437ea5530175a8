import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AgentAnswer } from "./await-agent.ts";
import { type Place, versionAt } from "./place.ts";
import { placeWith, Release } from "./release.fixture.ts";
import { runUpgrade, type UpgradeOptions } from "./run-upgrade.ts";
import { readUpgradeState } from "./upgrade-state.ts";
import { versionTrouble } from "./version-trouble.ts";

let root = "";
let release: Release;
let place: Place;
/** The service: what it runs after its last restart. */
let running: AgentAnswer | null = null;
let restarts = 0;
/** Versions that end at once. */
let bad = new Set<string>();
let said: string[] = [];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "tapline-upgrade-"));
  release = new Release(root);
  for (const version of ["1.0.0", "1.1.0", "1.2.0"]) release.put(version);
  place = placeWith(root, "1.0.0", release.settings);
  running = { version: "1.0.0", pid: 1, paused: null, linked: true };
  [restarts, bad, said] = [0, new Set(), []];
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function restart(): Promise<void> {
  restarts += 1;
  const version = await versionAt(place.current);
  running = bad.has(version)
    ? null
    : { version, pid: restarts + 1, paused: running?.paused ?? null, linked: true };
}

const upgrade = (wanted: string | null, options: Partial<UpgradeOptions> = {}) =>
  runUpgrade({
    ...{ place, wanted, retry: false, dryRun: false, restart, now: () => 5 },
    probe: async () => running,
    assertWatchable: async () => {},
    say: (line) => said.push(line),
    readyWithinMs: 300,
    steadyMs: 0,
    ...options,
  });
const current = () => versionAt(place.current);
const versions = () => readdirSync(place.versions).sort();

describe("an upgrade", { timeout: 60_000 }, () => {
  it("takes the version that is wanted, and does nothing when it runs", async () => {
    expect(await upgrade("1.1.0")).toBe("changed");
    expect([await current(), await versionAt(place.knownGood), running?.version]).toEqual([
      "1.1.0",
      "1.1.0",
      "1.1.0",
    ]);
    expect([await upgrade("1.1.0"), await upgrade(null), restarts]).toEqual(["nothing", "nothing", 1]);
  });

  it("keeps the last two versions, and goes back to the one before without its source", async () => {
    await upgrade("1.1.0");
    await upgrade("1.2.0");
    expect(versions()).toEqual(["1.1.0", "1.2.0"]);
    await rm(release.dir, { recursive: true });
    expect([await upgrade("1.1.0"), running?.version]).toEqual(["changed", "1.1.0"]);
  });

  it("goes back where a version does not come up, remembers it, and tries it again when told to", async () => {
    bad.add("1.1.0");
    expect([await upgrade("1.1.0"), await current(), running?.version]).toEqual([
      "rolled-back",
      "1.0.0",
      "1.0.0",
    ]);
    expect(versions()).toEqual(["1.0.0"]);
    expect(versionTrouble("1.1.0", "1.0.0", place.prefix)).toMatchObject({
      text: expect.stringMatching(/wants version 1\.1\.0, this is 1\.0\.0: .*did not come up.*1\.0\.0 runs/),
      remedy: expect.stringMatching(/--retry/),
    });
    expect([await upgrade("1.1.0"), restarts]).toEqual(["rolled-back", 2]);
    expect(await upgrade("1.2.0")).toBe("changed");
    await upgrade("1.0.0");
    bad.clear();
    expect(await upgrade("1.1.0", { retry: true })).toBe("changed");
  });

  it("tries again by itself what another version's trouble was, and forgets it once it runs", async () => {
    await rm(release.path("1.1.0"));
    await expect(upgrade("1.1.0")).rejects.toThrow(/cannot be had: ENOENT/);
    expect(versionTrouble("1.1.0", "1.0.0", place.prefix).text).toMatch(/ENOENT/);
    release.put("1.1.0");
    expect(await upgrade("1.1.0")).toBe("changed");
    expect(readUpgradeState(place.state).trouble).toBeNull();
  });

  it("does not blame a version for a pause that was there before, but for a new one", async () => {
    running = { version: "1.0.0", pid: 1, paused: "outbox-full", linked: true };
    expect(await upgrade("1.1.0")).toBe("changed");
    running.paused = null;
    const pausing = async () => {
      await restart();
      if (running?.version === "1.2.0") running.paused = "disk-full";
    };
    expect(await upgrade("1.2.0", { restart: pausing })).toBe("rolled-back");
    expect(readUpgradeState(place.state).trouble?.text).toMatch(/does not read taps: disk-full/);
  });

  it("goes back from a version that does not stay up, and from a service that does not restart", async () => {
    let asked = 0;
    const flapping = async () => {
      asked += 1;
      return running?.version === "1.1.0" ? { ...running, pid: asked } : running;
    };
    expect(await upgrade("1.1.0", { probe: flapping, steadyMs: 300 })).toBe("rolled-back");
    const failing = async () => {
      if ((await current()) === "1.2.0") throw new Error("job failed");
      await restart();
    };
    expect(await upgrade("1.2.0", { restart: failing })).toBe("rolled-back");
    expect(readUpgradeState(place.state).trouble?.text).toMatch(/does not restart: job failed/);
  });

  it("goes back from a version that loses the server, and tries it again where the one before lost it, too", async () => {
    let isServerThere = true;
    const deaf = async () => {
      await restart();
      if (running !== null) running.linked = isServerThere && running.version !== "1.1.0";
    };
    expect(await upgrade("1.1.0", { restart: deaf })).toBe("rolled-back");
    expect(readUpgradeState(place.state).trouble).toMatchObject({
      text: expect.stringMatching(/does not reach the server/),
      final: true,
    });
    isServerThere = false;
    expect(await upgrade("1.2.0", { restart: deaf })).toBe("rolled-back");
    expect(readUpgradeState(place.state).trouble).toMatchObject({ version: "1.2.0", final: false });
    // The server stays away: a version is not asked for what was not there before it.
    expect(await upgrade("1.2.0", { restart: deaf })).toBe("changed");
  });

  it("says what it would do with --dry-run, after all checks, and changes nothing", async () => {
    const before = readdirSync(place.prefix);
    expect(await upgrade("1.1.0", { dryRun: true })).toBe("nothing");
    expect(said.join("\n")).toMatch(
      /released, genuine and whole.*\nwould change from version 1\.0\.0 to 1\.1/,
    );
    expect([restarts, versions(), readdirSync(place.prefix)]).toEqual([0, ["1.0.0"], before]);
    release.put("1.1.0", {}, (folder) => writeFileSync(join(folder, "x"), "y"));
    writeFileSync(release.path("1.1.0"), "other bytes");
    await expect(upgrade("1.1.0", { dryRun: true })).rejects.toThrow(/not what SHA256SUMS says/);
  });

  it("leaves all to the admin where no source is set", async () => {
    place = placeWith(root, "1.0.0", null);
    expect([await upgrade("1.1.0"), restarts, await current()]).toEqual(["nothing", 0, "1.0.0"]);
    expect(versionTrouble("1.1.0", "1.0.0", place.prefix).remedy).toMatch(/by hand/);
  });

  it("refuses a second run at a time, and an agent that nobody could watch", async () => {
    const waits = async () => {
      await expect(upgrade("1.2.0")).rejects.toMatchObject({ code: "conflict" });
      await restart();
    };
    expect(await upgrade("1.1.0", { restart: waits })).toBe("changed");
    const assertWatchable = () => Promise.reject(new Error("no local API"));
    await expect(upgrade("1.2.0", { assertWatchable })).rejects.toThrow(/no local API/);
    expect(await current()).toBe("1.1.0");
  });
});

describe("what is not released", { timeout: 60_000 }, () => {
  it.each<[string, () => void | Promise<void>, RegExp]>([
    [
      "sums of another key",
      () => writeFileSync(join(release.dir, "SHA256SUMS.sig"), Buffer.alloc(64)),
      /signed/,
    ],
    ["no signature", () => rm(join(release.dir, "SHA256SUMS.sig")), /SHA256SUMS\.sig cannot be had/],
    ["a long signature", () => writeFileSync(join(release.dir, "SHA256SUMS.sig"), "x".repeat(65)), /larger/],
    ["other bytes", () => writeFileSync(release.path("1.1.0"), "x"), /not what SHA256SUMS says/],
    ["bytes cut short", () => cut(release.path("1.1.0")), /not what SHA256SUMS says/],
    ["a package that is cut, and signed", () => resigned(cut), /not unpack/],
    ["no such version", () => resigned(rmSync), /has no tapline-agent-1\.1/],
    ["another version", () => release.put("1.1.0", { version: "9.9.9" }), /calls itself 9\.9\.9/],
    [
      "another binding",
      () => release.put("1.1.0", { optionalDependencies: { "nfc-pcsc": "^9" } }),
      /wants nfc-pcsc \^9/,
    ],
  ])("is not taken: %s", async (_, spoil, why) => {
    await spoil();
    await expect(upgrade("1.1.0")).rejects.toThrow(why);
    expect([restarts, versions(), await current()]).toEqual([0, ["1.0.0"], "1.0.0"]);
    expect(readUpgradeState(place.state).trouble).toMatchObject({ version: "1.1.0", final: false });
    expect(readdirSync(place.prefix).filter((name) => name.startsWith("unpacking"))).toEqual([]);
  });

  it.each<[string, () => void, RegExp]>([
    ["a path that leads up", () => release.pack("1.1.0", root, "--transform=s,^,../../,", "stray"), /unpack/],
    ["an absolute path", () => release.pack("1.1.0", root, join(root, "stray")), /more than the folder/],
    ["a second folder", () => release.pack("1.1.0", root, "stray"), /more than the folder/],
    [
      "a symbolic link",
      () => release.put("1.1.0", {}, (folder) => execFileSync("ln", ["-s", "/etc", join(folder, "lib")])),
      /link/,
    ],
    [
      "a hard link",
      () =>
        release.put("1.1.0", {}, (folder) =>
          execFileSync("ln", [join(folder, "package.json"), join(folder, "x")]),
        ),
      /link/,
    ],
    [
      "a pipe",
      () => release.put("1.1.0", {}, (folder) => execFileSync("mkfifo", [join(folder, "x")])),
      /no file/,
    ],
  ])("is not taken, though it is signed: %s", async (_, spoil, why) => {
    writeFileSync(join(root, "stray"), "x");
    spoil();
    await rm(join(root, "stray"));
    await expect(upgrade("1.1.0")).rejects.toThrow(why);
    expect([restarts, versions(), await current()]).toEqual([0, ["1.0.0"], "1.0.0"]);
    expect(readdirSync(place.prefix).filter((name) => name.startsWith("unpacking"))).toEqual([]);
    expect(existsSync(join(place.prefix, "stray")) || existsSync(join(root, "stray"))).toBe(false);
  });
});

describe("a power cut", { timeout: 120_000 }, () => {
  /** Runs an upgrade that is cut off after its step `cutAfter`, by an error that nothing handles. */
  async function cutOff(wanted: string, cutAfter: number): Promise<string | null> {
    let steps = 0;
    let last: string | null = null;
    const say = (line: string) => {
      steps += 1;
      if (steps <= cutAfter) return;
      last = line;
      throw new Error("power cut");
    };
    await upgrade(wanted, { say }).catch((error: unknown) => {
      if (!(error instanceof Error) || error.message !== "power cut") throw error;
    });
    return last;
  }

  it.each(["comes up", "does not come up"])(
    "after any step leaves a whole version, and the next run ends it: one that %s",
    async (how) => {
      if (how === "does not come up") bad.add("1.1.0");
      const goal = bad.size === 0 ? "1.1.0" : "1.0.0";
      const cuts: string[] = [];
      for (let cutAfter = 0; ; cutAfter += 1) {
        place = placeWith(root, "1.0.0", release.settings);
        running = { version: "1.0.0", pid: 1, paused: null, linked: true };
        const cut = await cutOff("1.1.0", cutAfter);
        if (cut === null) break;
        cuts.push(cut);
        const left = JSON.parse(readFileSync(join(place.current, "package.json"), "utf8"));
        expect(left.version).toBe(await current());
        expect(existsSync(join(place.knownGood, "package.json"))).toBe(true);
        // The machine boots: the service runs what `current` names.
        await restart();
        await upgrade("1.1.0");
        expect([await current(), running?.version ?? "none"]).toEqual([goal, goal]);
        expect(readUpgradeState(place.state).underway).toBeNull();
      }
      expect(cuts.length).toBeGreaterThan(6);
    },
  );

  it("while unpacking leaves nothing for long", async () => {
    mkdirSync(join(place.prefix, "unpacking-Xy/tree"), { recursive: true });
    expect(await upgrade("1.1.0")).toBe("changed");
    expect(readdirSync(place.prefix).filter((name) => name.startsWith("unpacking"))).toEqual([]);
  });

  it("is made good when the fleet wants no other version any more", async () => {
    await cutOff("1.1.0", 4);
    expect(await upgrade(null)).toBe("changed");
    expect(await upgrade("1.0.0")).toBe("changed");
    expect(await current()).toBe("1.0.0");
  });
});

/** Signed by who has the key, after `spoil`. */
function resigned(spoil: (path: string) => void): void {
  spoil(release.path("1.1.0"));
  release.sign();
}

function cut(path: string): void {
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.subarray(0, bytes.length >> 1));
}
