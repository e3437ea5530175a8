import { execFile } from "node:child_process";
import { copyFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { setUpPath, type TestPath, until } from "./path.fixture.ts";
import { forkWorker, type WorkerProcess } from "./worker-process.fixture.ts";

let path: TestPath;
let door: WorkerProcess;
let pipeline: WorkerProcess;

const startDoor = () => forkWorker(path, "ingest", { TAPLINE_INSTANCE: "door" });

beforeAll(async () => {
  path = await setUpPath();
  [door, pipeline] = await Promise.all([
    startDoor(),
    forkWorker(path, "buffer,validation,encryption,transfer,audit,kpi,alerts,telemetry,balance,noops", {
      TAPLINE_INSTANCE: "pipeline",
    }),
  ]);
});
afterAll(async () => {
  await Promise.all([door.kill(), pipeline.kill()]);
  await path.end();
});

function status(changes: Readonly<Record<string, string>> = {}, ...args: string[]): Promise<string> {
  const tapline = join(import.meta.dirname, "../bin/tapline.mjs");
  const env = { ...path.environment, ...changes };
  return new Promise((resolve) => {
    execFile(process.execPath, [tapline, "status", ...args], { env }, (_, out) => resolve(out));
  });
}

test("status tells each role's processes; a killed one is silent, and its role asks for attention until another one lives", async () => {
  const rowOf = (out: string, role: string) => new RegExp(`^role ${role} +(.*)$`, "m").exec(out)?.[1];
  const all = await until("both are heard", async () => {
    const out = await status();
    return !out.includes("NO PROCESS") && out;
  });
  expect(rowOf(all, "ingest")).toMatch(/^door heard [\d.]+ m?s ago$/);
  for (const role of [
    "buffer",
    "validation",
    "encryption",
    "transfer",
    "audit",
    "kpi",
    "alerts",
    "telemetry",
    "balance",
    "noops",
  ])
    expect(rowOf(all, role)).toMatch(/^pipeline heard [\d.]+ m?s ago$/);
  expect(all).not.toContain("sign of life");

  await door.kill();
  const without = await until(
    "the door is silent",
    async () => {
      const out = await status();
      return out.includes("SILENT") && out;
    },
    30_000,
  );
  expect(rowOf(without, "ingest")).toMatch(/^door SILENT for \d+ s$/);
  expect(without).toContain("! no process with the role ingest gives a sign of life");
  expect(rowOf(without, "kpi")).toMatch(/^pipeline heard/);

  door = await startDoor();
  await until("the door is heard again", async () => {
    const told = JSON.parse(await status({}, "--json"));
    return told.processes.value.some(
      ({ instance, agoMs }: { instance: string; agoMs: number }) => instance === "door" && agoMs < 6_000,
    );
  });
  expect(await status()).not.toContain("sign of life");
}, 120_000);

test("days left are told of what settings name, and beside npm start of its private folder", async () => {
  const named = /^days left +(.*)$/m.exec(await status())?.[1];
  expect(named).toMatch(/signer 7\d\d, .*door 7\d\d/);
  const folder = join(dirname(path.pki), "data");
  await mkdir(join(folder, "pki"), { recursive: true });
  for (const name of ["trust.pem", "signer.crt", "intermediate.crt", "server.crt", "agents.crt"])
    await copyFile(join(path.pki, name), join(folder, "pki", name));
  const unset = {
    TAPLINE_SIGNER_CERT: "",
    TAPLINE_SIGNER_CHAIN: "",
    TAPLINE_TRUST: "",
    TAPLINE_INGEST_CERT: "",
  };
  const found = /^days left +(.*)$/m.exec(await status({ ...unset, TAPLINE_DATA_DIR: folder }))?.[1];
  for (const what of ["signer", "door", "trusted root", "revocation list", "agents' authority"])
    expect(found).toMatch(new RegExp(`${what} \\d+`));
}, 60_000);
