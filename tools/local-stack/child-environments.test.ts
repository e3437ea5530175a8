import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openVapidKey } from "@tapline/core/alerts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { childEnvironments } from "./child-environments.ts";
import { readConfig } from "./config.ts";
import { type DataFolder, openDataFolder } from "./data-folder.ts";
import { openSecrets, type Secrets } from "./open-secrets.ts";
import { bases } from "./supervisor/bases.ts";

let folder: DataFolder;
let secrets: Secrets;

beforeAll(async () => {
  folder = await openDataFolder(await mkdtemp(join(tmpdir(), "tapline-children-")));
  secrets = await openSecrets(folder);
});
afterAll(() => rm(folder.root, { recursive: true }));

function environments(set: NodeJS.ProcessEnv = {}) {
  const recipients = { archive: "archive", escrow: "escrow" };
  const stores = { databaseUrl: "postgresql://127.0.0.1/t", redisUrl: "redis://127.0.0.1" };
  const ports = { archivePort: 1, webPort: 7400, ingestPort: 2, streamPort: 3 };
  const { worker, ...others } = childEnvironments(
    readConfig({ once: false, agent: true }, set),
    folder,
    { ...secrets, recipients },
    { ...stores, ...ports },
  );
  return {
    ...{
      "worker-ingest": worker(bases["worker-ingest"]),
      "worker-pipeline": worker(bases["worker-pipeline"]),
    },
    ...{ "worker-validation-2": worker(["validation"]), ...others },
  };
}

test("no more doors are wished for than the machine has cores, unless somebody says so", () => {
  expect(environments()["worker-pipeline"].TAPLINE_BALANCE_BOUNDS).toMatch(/^ingest=1-[1-9]\d*$/);
  const set = { TAPLINE_BALANCE_BOUNDS: "ingest=2-9" };
  expect(environments(set)["worker-pipeline"]).toMatchObject(set);
});

test("messages of alerts lead to this console, and acknowledge by a key that it and the role alerts alone have", () => {
  const { "worker-pipeline": pipeline, web, ...others } = environments();
  expect(pipeline.TAPLINE_ALERT_CONSOLE).toBe("http://127.0.0.1:7400");
  const key = join(folder.secrets, "alert-links");
  expect([pipeline.TAPLINE_ALERT_LINK_KEY, web.TAPLINE_ALERT_LINK_KEY]).toEqual([key, key]);
  for (const child of Object.values(others)) expect(child).not.toHaveProperty("TAPLINE_ALERT_LINK_KEY");
});

test("the role alerts alone is told where secrets of channels lie, and finds the key for browsers there", async () => {
  const { "worker-pipeline": pipeline, ...others } = environments();
  const key = await readFile(join(pipeline.TAPLINE_ALERT_SECRETS ?? "", "web-push-key"), "utf8");
  expect(Buffer.from(openVapidKey(key).publicKey, "base64url")).toHaveLength(65);
  for (const child of Object.values(others)) expect(child).not.toHaveProperty("TAPLINE_ALERT_SECRETS");
});

test("an origin or a key that somebody has set holds", () => {
  const behindProxy = environments({ TAPLINE_WEB_ORIGIN: "https://console.example" });
  expect(behindProxy["worker-pipeline"].TAPLINE_ALERT_CONSOLE).toBe("https://console.example");
  const own = { TAPLINE_ALERT_CONSOLE: "https://c.example", TAPLINE_ALERT_LINK_KEY: "/own" };
  const { "worker-pipeline": pipeline, web } = environments(own);
  expect(pipeline).toMatchObject(own);
  expect(web).toMatchObject({ TAPLINE_ALERT_LINK_KEY: "/own" });
});

test("a process of one service has no keys that others use", () => {
  const { "worker-validation-2": validation, "worker-pipeline": pipeline } = environments();
  expect(validation).toMatchObject({ ROLE: "validation", TAPLINE_PROCESS_KEY: secrets.processKeyFile });
  for (const name of ["TAPLINE_ARCHIVE_KEY", "TAPLINE_SIGNER_KEY", "TAPLINE_AUDIT_KEY", "TAPLINE_INGEST_KEY"])
    expect(validation, name).not.toHaveProperty(name);
  expect(pipeline).toHaveProperty("TAPLINE_SIGNER_KEY");
  expect(pipeline).not.toHaveProperty("TAPLINE_INGEST_KEY");
});
