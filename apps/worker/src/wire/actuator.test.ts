import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { refusalOf } from "@tapline/core/noops";
import { expect, test } from "vitest";
import { readConfig } from "../config.ts";
import { openActuator } from "./actuator.ts";

const stores = { DATABASE_URL: "postgres://db/tapline", REDIS_URL: "redis://redis" };
const open = async (settings: Record<string, string>) => openActuator(readConfig({ ...stores, ...settings }));

test("asks nobody unless it is told whom", async () => {
  expect(await open({})).toBeNull();
});

test("says which setting is missing", async () => {
  await expect(open({ TAPLINE_ACTUATOR: "local" })).rejects.toThrow("TAPLINE_ACTUATOR_SOCKET");
  await expect(open({ TAPLINE_ACTUATOR: "kubernetes" })).rejects.toThrow("KUBERNETES_SERVICE_HOST");
});

test("asks the cluster that the kubeconfig names", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tapline-kubeconfig-"));
  const path = join(folder, "kubeconfig");
  const kubeconfig = {
    clusters: [{ name: "gone", cluster: { server: "https://127.0.0.1:1" } }],
    users: [{ name: "me", user: { token: "t" } }],
    contexts: [{ name: "gone", context: { cluster: "gone", user: "me", namespace: "tapline" } }],
    "current-context": "gone",
  };
  await writeFile(path, JSON.stringify(kubeconfig));
  const hands = await open({ TAPLINE_ACTUATOR: "kubernetes", TAPLINE_KUBECONFIG: path });
  await expect(hands?.look()).rejects.toSatisfy((e) => refusalOf(e) === "unavailable");
  await rm(folder, { recursive: true });
});
