import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { freePort } from "../servers/index.ts";
import { choosePorts, portInUse } from "./choose-ports.ts";
import type { PortName, StackConfig } from "./config.ts";
import { keepPorts, readKeptPorts } from "./kept-ports.ts";

async function takenPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function wishes(web: number, asked = false): Promise<StackConfig["ports"]> {
  const wish = async (port?: number) => ({ port: port ?? (await freePort()), asked, setting: "X" });
  const names: PortName[] = ["ingest", "postgres", "redis", "archive"];
  const others = await Promise.all(names.map(async (name) => [name, await wish()] as const));
  return { web: await wish(web), ...Object.fromEntries(others) } as StackConfig["ports"];
}

it("a console whose usual port is taken keeps the other port from start to start, and says why", async () => {
  const root = await mkdtemp(join(tmpdir(), "tapline-ports-"));
  onTestFinished(() => rm(root, { recursive: true }));
  const wished = await wishes(await takenPort());
  const first = await choosePorts(wished, await readKeptPorts(root));
  await keepPorts(root, wished, first);
  expect(await choosePorts(wished, await readKeptPorts(root))).toEqual(first);
  expect(await portInUse(wished.web, first.web)).toBe(wished.web.port);
});

it("a port that was asked for is neither kept nor moved", async () => {
  const root = await mkdtemp(join(tmpdir(), "tapline-ports-"));
  onTestFinished(() => rm(root, { recursive: true }));
  const wished = await wishes(await freePort(), true);
  const chosen = await choosePorts(wished, { web: await freePort() });
  expect(chosen.web).toBe(wished.web.port);
  await keepPorts(root, wished, chosen);
  expect(await readKeptPorts(root)).toEqual({});
});
