import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { request } from "node:https";
import { basename, join } from "node:path";
import { issueHierarchy } from "@tapline/core/encryption";
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { createDatabase, freePort } from "../servers/index.ts";
import { requiresNamespaces } from "../test-servers/config.ts";
import {
  buildConsolePages,
  ownRedis,
  pagesBuiltWithinMs,
  serviceOf,
  servicesOf,
  sharedSshd,
  temporaryFolder,
} from "../test-servers/index.ts";
import { imageStart, PodFolder, type PodProcess, podOf, whyNoPods } from "./pod.fixture.ts";
import { writeTree } from "./write-tree.ts";

const whyNot = await whyNoPods(await temporaryFolder());
if (whyNot !== null && requiresNamespaces())
  throw new Error(`processes cannot be run as pods here: ${whyNot}; or unset TAPLINE_REQUIRE_NETNS`);

/** In the place of what the cluster's names lead to; nobody listens at the collector's. */
const collector = "http://127.0.0.1:9";
const within = { timeout: 120_000, interval: 100 };
/** Of a Secret that the manifest says may be missing. */
const mayBeMissing = "/etc/tapline/channels";

let pods: PodFolder;
let written: readonly string[] = [];
let owner: string;
let redis: Awaited<ReturnType<typeof ownRedis>>;
let start: Awaited<ReturnType<typeof imageStart>>;
let settings: Readonly<Record<string, string>>;
let files: Readonly<Record<string, string>>;
const started: PodProcess[] = [];

beforeAll(async () => {
  if (whyNot !== null) return;
  buildConsolePages();
  pods = new PodFolder(await temporaryFolder());
  const app = join(pods.folder, "app");
  await mkdir(app);
  const root = join(import.meta.dirname, "../..");
  ({ paths: written } = await writeTree(root, app));
  await pods.prepare();
  start = await imageStart();
  redis = await ownRedis();
  owner = await createDatabase(inject("postgresUrl"), `image_${randomBytes(6).toString("hex")}`);
  const sshd = await sharedSshd();
  settings = {
    ...{ REDIS_URL: redis.url, TAPLINE_ARCHIVE_URL: sshd.url, TAPLINE_ARCHIVE_HOST_KEY: sshd.hostKeyPin },
    OTEL_EXPORTER_OTLP_ENDPOINT: collector,
  };
  const hosts = { nowEpochMs: Date.now(), organisation: "Test", agents: ["gate-1"], hosts: ["localhost"] };
  const made = Object.entries(await issueHierarchy(hosts)).map(([name, { pem }]) => [name, pem] as const);
  const secret = randomBytes(32).toString("hex");
  files = {
    ...Object.fromEntries(made),
    ...{ "process.key": secret, "link.key": secret, "web.secret": secret, witnesses: "" },
    "client.key": await readFile(sshd.privateKeyFile, "utf8"),
  };
  // Beside the pages some twenty thousand files are written.
}, 2 * pagesBuiltWithinMs);
afterAll(async () => {
  for (const one of started) one.kill();
  await redis?.stop();
});

/** The settings of its manifest, with files where it mounts Secrets, and what differs on one machine. */
async function environmentOf(kind: string, name: string, changes: Readonly<Record<string, string>>) {
  const { environment, graceMs } = podOf(kind, name);
  for (const [setting, value] of Object.entries(environment)) {
    if (!value.startsWith("/etc/tapline/")) continue;
    const paths = value.split(",").map((path) => {
      const text = files[basename(path)];
      if (path === mayBeMissing) return pods.mountNothing(path);
      if (text === undefined)
        throw new Error(`nothing is known of ${path}, which ${setting} of ${name} names`);
      return pods.mount(path, text);
    });
    environment[setting] = (await Promise.all(paths)).join(",");
  }
  return { environment: { ...start.environment, ...environment, ...changes }, graceMs };
}

function run(program: readonly string[], environment: Readonly<Record<string, string>>): PodProcess {
  const process = pods.run(program, environment);
  started.push(process);
  return process;
}

const statusOf = async (url: string): Promise<number> =>
  (await fetch(url, { redirect: "manual" }).catch(() => ({ status: 0 }))).status;

function statusOverTls(port: number, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request({ host: "localhost", port, path, ca: files["root.crt"], agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    })
      .once("error", reject)
      .end();
  });
}

describe.skipIf(whyNot !== null)("the image's files, as pods run them", () => {
  test("hold the packages that the SBOM is made of, and no other", async () => {
    const found = await readdir(join(pods.folder, "app"), { recursive: true });
    const packages = found.flatMap(
      (path) => /^((?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/@][^/]*)\/package\.json$/.exec(path)?.[1] ?? [],
    );
    const named = written.filter((path) => path.includes("node_modules/"));
    expect(packages.toSorted()).toEqual(named.toSorted());
  });

  test("lie where nobody may write, and are run by nobody in particular", async () => {
    const { SystemRoot: _, ...environment } = start.environment;
    const text = `
      const { writeFileSync } = require("node:fs");
      const tried = ["/srv/app/x", "/srv/secrets", "/x", "/tmp/x"].map((path) => {
        try { writeFileSync(path, ""); return "written"; } catch (error) { return error.code; }
      });
      console.log(JSON.stringify([process.getuid(), process.getgroups(), tried]));
      require("node:fs").rmSync("/tmp/x");`;
    const asked = run([start.program[0] ?? "", "-e", text], environment);
    expect(await asked.exited, asked.output).toEqual({ code: 0, signal: null });
    const readOnly = ["EROFS", "EROFS", "EROFS", "written"];
    expect(JSON.parse(asked.output)).toEqual([65_532, [65_532], readOnly]);
  });

  test("bring the database up to date, give each service its rights, and end", async () => {
    const roles = { DATABASE_URL: servicesOf(owner), DATABASE_OWNER_URL: owner };
    const { environment } = await environmentOf("Job", "migrations", roles);
    const job = run(start.program, environment);
    expect(await job.exited, job.output).toEqual({ code: 0, signal: null });
    expect(job.output).toContain("the database is up to date");
  }, 120_000);

  test.each([
    ["ingest", "TAPLINE_INGEST_PORT", (port: number) => statusOverTls(port, "/v1/openapi.json")],
    ["transfer", null, null],
    ["audit", null, null],
    ["alerts", null, null],
    ["web", "TAPLINE_WEB_PORT", (port: number) => statusOf(`http://127.0.0.1:${port}/sign-in`)],
  ] as const)(
    "serve as %s until they are asked to end, serve on while they drain, and end within the grace",
    async (word, portSetting, ask) => {
      const [health, port, other] = [await freePort(), await freePort(), await freePort()];
      const ports = {
        ...{ TAPLINE_HEALTH_PORT: String(health), TAPLINE_WEB_HEALTH_PORT: String(health) },
        ...{ TAPLINE_STREAM_PORT: String(other), ...(portSetting && { [portSetting]: String(port) }) },
      };
      const { environment, graceMs } = await environmentOf("Deployment", `${word}-blue`, {
        ...settings,
        ...ports,
        DATABASE_URL: serviceOf(owner, word),
      });
      const process = run(start.program, environment);
      const probe = (path: string) => statusOf(`http://127.0.0.1:${health}/${path}`);
      await vi.waitFor(async () => expect(await probe("readyz"), process.output).toBe(200), within);
      if (ask !== null) expect(await ask(port)).toBe(200);

      const ended = process.end(graceMs);
      if (ask !== null) {
        await vi.waitFor(async () => expect(await probe("readyz")).toBe(503), within);
        expect([await ask(port), await probe("healthz")]).toEqual([200, 200]);
      }
      expect(await ended, process.output).toEqual({ code: 0, signal: null });
      expect(process.output).not.toMatch(/EROFS|EACCES|read-only file system|permission denied/i);
      // Its scratch, and there what Node has compiled, is all that it wrote.
      expect((await pods.written()).filter((name) => name !== "node-compile-cache")).toEqual([]);
    },
    180_000,
  );
});
