import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { z } from "zod";
import { Outbox } from "./outbox.ts";

const said = z.object({ state: z.string(), taps: z.number() });
const fixture = new URL("./append-eight.fixture.ts", import.meta.url).pathname;
let root = "";
afterEach(() => rm(root, { recursive: true, force: true }));

it("waits on a disk without room, shows it, and goes on by itself once there is room", async () => {
  root = await mkdtemp(join(tmpdir(), "tapline-outbox-full-"));
  const dir = join(root, "outbox");
  // A process's file size limit fails a write half-way, as a full disk does, and needs no mount.
  const child = spawn("bash", ["-c", `ulimit -S -f 64; exec "$0" "$@"`, process.execPath, fixture, dir], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const states = new Set<string>();
  let lifted = false;
  child.on("message", (raw) => {
    const { state, taps } = said.parse(raw);
    states.add(state);
    if (state !== "disk-full" || lifted) return;
    lifted = true;
    expect(taps).toBe(2);
    execFileSync("prlimit", ["--pid", String(child.pid), "--fsize=unlimited:unlimited"]);
  });
  const [code] = await once(child, "exit");
  expect(code).toBe(0);
  expect([...states]).toContain("disk-full");
  const outbox = await Outbox.open({ dir, maxBytes: 1024 * 1024, now: Date.now, onFailure: () => {} });
  const taps = await outbox.read(outbox.pendingSeqs());
  expect(taps.map((tap) => tap.raw[0])).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  await outbox.close();
}, 20_000);

const mayMount = spawnSync("unshare", ["--mount", "--map-root-user", "true"]).status === 0;

it.runIf(mayMount)(
  "starts again where the outbox itself has filled the disk, and was killed",
  async () => {
    root = await mkdtemp(join(tmpdir(), "tapline-outbox-small-"));
    const fixtureOf = new URL("./fill-disk.fixture.ts", import.meta.url).pathname;
    const script = `mount -t tmpfs -o size=512k tapline "$1"
    "$0" "$2" "$1/outbox"
    head -c 512k /dev/zero > "$1/rest" 2>&1
    "$0" "$2" "$1/outbox" open`;
    const args = ["--mount", "--map-root-user", "bash", "-c", script, process.execPath, root, fixtureOf];
    const { stdout, stderr } = spawnSync("unshare", args, { encoding: "utf8" });
    const [filled, kept] = stdout.trim().split("\n").map(Number);
    expect(filled, stderr).toBeGreaterThan(5);
    expect(kept, stderr).toBeGreaterThanOrEqual(filled ?? 0);
  },
  30_000,
);
