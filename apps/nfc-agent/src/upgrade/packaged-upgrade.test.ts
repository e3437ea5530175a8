import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { askAgent } from "../cli/ask-agent.ts";
import { askVersion } from "../cli/upgrade.ts";
import { IngestServer, issuePki, reply } from "../delivery/ingest-server.fixture.ts";
import { type Status, statusSchema } from "../status/index.ts";
import { type Place, placeAt, versionAt } from "./place.ts";
import { Release } from "./release.fixture.ts";
import { runUpgrade } from "./run-upgrade.ts";
import { wantedVersion } from "./wanted-version.ts";

const packageAgent = new URL("../../../../tools/package-agent/main.ts", import.meta.url).pathname;
const makeTrackers = new URL("../simulated-trackers.ts", import.meta.url).pathname;

let root = "";
let dataDir = "";
let release: Release;
let server: IngestServer;
let place: Place;
let env: NodeJS.ProcessEnv = {};
let service: ChildProcess | null = null;
/** What the server wants here. */
let wanted: string | null = null;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "tapline-packaged-upgrade-"));
  dataDir = join(root, "data");
  mkdirSync(dataDir, { mode: 0o700 });
  release = new Release(root);
  writeFileSync(join(root, "release.key"), release.keyPem);
  writeFileSync(join(root, "release.pub"), release.settings.releaseKey);
  for (const version of ["1.0.0", "1.1.0"]) pack(version);
  breakVersion("1.2.0");
  const pki = await issuePki();
  for (const [name, file] of Object.entries(pki)) await writeFile(join(root, name), file.pem);
  execFileSync(process.execPath, [makeTrackers, "--out", join(root, "trackers.json"), "--count", "5"]);
  server = new IngestServer(pki);
  server.always = (request, response) => {
    if (request.url !== "/v1/report") return false;
    const directive = { revision: 1, settings: { reportEveryMs: 1000 }, version: wanted };
    reply(response, 200, { receivedAtEpochMs: Date.now(), answeredAtEpochMs: Date.now(), directive });
    return true;
  };
  env = {
    PATH: process.execPath.replace(/\/node$/, ":/usr/bin:/bin"),
    TAPLINE_AGENT_DATA_DIR: dataDir,
    TAPLINE_AGENT_API_PORT: "0",
    TAPLINE_AGENT_LINK: "rest",
    TAPLINE_AGENT_INGEST_URL: await server.listen(),
    TAPLINE_AGENT_TRACKERS: join(root, "trackers.json"),
    TAPLINE_AGENT_CA: join(root, "trust.pem"),
    TAPLINE_AGENT_CERT: join(root, "agent-local.crt"),
    TAPLINE_AGENT_KEY: join(root, "agent-local.key"),
    TAPLINE_AGENT_RATE: "20",
  };
}, 120_000);
afterEach(() => stop());
afterAll(async () => {
  await server.close().catch(() => {});
  await rm(root, { recursive: true, force: true });
});

/** The package as a release is made, signed by the tool. */
function pack(version: string): void {
  const key = join(root, "release.key");
  execFileSync(process.execPath, [packageAgent, "--out", release.dir, "--as", version, "--sign", key]);
}

/** A genuine release that does not run. */
function breakVersion(version: string): void {
  pack(version);
  const place = join(root, "broken");
  mkdirSync(place);
  execFileSync("tar", ["-xzf", release.path(version), "-C", place]);
  writeFileSync(join(place, "package/lib/agent/tapline-agent.mjs"), "process.exit(1);\n");
  release.pack(version, place, "package");
}

/** Installs 1.0.0 with its own command, as npm has put it on the machine. */
function install(image: string): Place {
  const unpacked = join(image, "npm");
  mkdirSync(unpacked, { recursive: true });
  execFileSync("tar", ["-xzf", release.path("1.0.0"), "-C", unpacked]);
  const program = join(unpacked, "package/bin/tapline-agent.mjs");
  const from = ["--upgrade-from", release.dir, "--release-key", join(root, "release.pub")];
  const { status, stderr } = spawnSync(process.execPath, [program, "install", "--root", image, ...from], {
    encoding: "utf8",
  });
  expect([stderr, status]).toEqual(["", 0]);
  return placeAt(join(image, "opt/tapline-agent"));
}

async function stop(): Promise<void> {
  const child = service;
  service = null;
  if (child === null || child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}

/** What systemd does, but for starting again what has ended. */
async function restart(): Promise<void> {
  await stop();
  const program = join(place.current, "bin/tapline-agent.mjs");
  service = spawn(process.execPath, [program, "run"], { env, stdio: "ignore" });
}

const upgrade = async () =>
  runUpgrade({
    ...{ place, wanted: await wantedVersion(dataDir), retry: false, dryRun: false, restart, now: Date.now },
    probe: () => askVersion(dataDir),
    assertWatchable: async () => {},
    say: () => {},
    readyWithinMs: 20_000,
    steadyMs: 1000,
  });
const until = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 60_000, interval: 100 });
const status = async (): Promise<Status> => {
  const found = await askAgent(dataDir, "/v1/status", statusSchema);
  if (found === null) throw new Error("no agent answers");
  return found;
};
const wants = async (version: string) => {
  wanted = version;
  await until(async () => expect(await wantedVersion(dataDir)).toBe(version));
};

describe("a packaged agent", { timeout: 240_000 }, () => {
  it("goes to the version that the server wants, losing no tap, and back from one that does not come up", async () => {
    place = install(join(root, "image"));
    server.ledger.verdictOf = () => null;
    await restart();
    await until(async () => expect((await status()).outbox.taps).toBeGreaterThan(10));
    await wants("1.1.0");
    const text = "the server wants version 1.1.0, this is 1.0.0";
    await until(async () => expect((await status()).troubles).toMatchObject([{ code: "version", text }]));
    expect((await status()).troubles[0]?.remedy).toMatch(/taken within some minutes/);
    const before = await status();

    expect(await upgrade()).toBe("changed");
    const after = await status();
    expect(after).toMatchObject({ version: "1.1.0", troubles: [] });
    expect(after.outbox.taps).toBeGreaterThanOrEqual(before.outbox.taps);
    server.ledger.verdictOf = (seq) => ({ seq, verdict: "archived", segment: crypto.randomUUID() });
    await until(async () =>
      expect((await status()).totals.archived).toBeGreaterThanOrEqual(after.totals.taps),
    );
    const { payloads } = server.ledger;
    for (let seq = 1; seq <= after.totals.taps; seq += 1) expect(payloads.has(seq)).toBe(true);

    await wants("1.2.0");
    expect(await upgrade()).toBe("rolled-back");
    expect([await versionAt(place.current), await versionAt(place.knownGood)]).toEqual(["1.1.0", "1.1.0"]);
    await until(async () => {
      const { version, troubles } = await status();
      expect(version).toBe("1.1.0");
      expect(troubles).toMatchObject([{ code: "version", text: expect.stringMatching(/did not come up/) }]);
    });
    await wants("1.0.0");
    expect(await upgrade()).toBe("changed");
    expect((await status()).version).toBe("1.0.0");
  });

  it("installs its place, its command and units, keeps them when installed again, and removes all", () => {
    const image = join(root, "second");
    const { prefix, settings, current } = install(image);
    const units = join(image, "etc/systemd/system");
    const unit = (name: string) => readFileSync(join(units, name), "utf8");
    expect(unit("tapline-agent.service")).toContain(
      "/opt/tapline-agent/current/bin/tapline-agent.mjs run --data-dir",
    );
    expect(unit("tapline-agent-upgrade.service")).toMatch(
      /known-good\/bin\/tapline-agent\.mjs upgrade --prefix \/opt\/tapline-agent --data-dir \/var\/lib\/tapline-agent\n/,
    );
    const program = join(image, "npm/package/bin/tapline-agent.mjs");
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [program, ...args, "--root", image], { encoding: "utf8" });
    expect(run("install").stdout).toMatch(/there already: copy .*versions\/1\.0\.0/);
    expect(JSON.parse(readFileSync(settings, "utf8"))).toEqual(release.settings);
    expect(existsSync(join(current, "bin/tapline-agent.mjs"))).toBe(true);
    expect(run("uninstall").status).toBe(0);
    expect([prefix, join(units, "tapline-agent-upgrade.timer")].filter(existsSync)).toEqual([]);
    mkdirSync(join(prefix, "somebody-elses"), { recursive: true });
    const from = ["--upgrade-from", release.dir, "--release-key", join(root, "release.pub")];
    expect(run("install", ...from)).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/something else/),
    });
    expect(
      run("install", "--upgrade-from", "http://x", "--release-key", join(root, "release.pub")).status,
    ).toBe(2);
    expect(run("install", "--upgrade-from", "/x", "--release-key", join(root, "release.key")).status).toBe(2);
    expect(run("install", "--upgrade-from", "/x").status).toBe(2);
  });

  it.skipIf(spawnSync("systemd-analyze", ["--version"]).status !== 0)(
    "has units for upgrades that systemd reads and finds closed (needs systemd-analyze)",
    () => {
      const image = join(root, "third");
      install(image);
      const paths = ["service", "timer"].map((kind) =>
        join(image, `etc/systemd/system/tapline-agent-upgrade.${kind}`),
      );
      const verify = spawnSync("systemd-analyze", ["verify", ...paths], { encoding: "utf8" });
      expect([verify.status, verify.stderr]).toEqual([0, ""]);
      const args = ["security", "--offline=yes", "--threshold=35", paths[0] ?? ""];
      const security = spawnSync("systemd-analyze", args, { encoding: "utf8" });
      expect([security.status, security.stdout.match(/Overall.*/)?.[0]]).toEqual([0, expect.any(String)]);
    },
  );
});
