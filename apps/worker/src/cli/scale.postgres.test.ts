import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { promisify } from "node:util";
import { connectPrisma } from "@tapline/adapters/prisma";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { freshDatabase, temporaryFolder, testEnvironment } from "../../../../tools/test-servers/index.ts";

const main = new URL("../../bin/tapline.mjs", import.meta.url).pathname;
const replica = {
  ...{ name: "worker-pipeline", state: "ready", startedAtEpochMs: 1, restarts: 0 },
  services: ["validation", "transfer"],
};
const workload = { service: "validation", colour: "blue", release: null, wanted: 1, bounds: null };
const landscape = {
  ...{ atEpochMs: 1, shares: {} },
  workloads: [{ ...workload, replicas: [replica], revision: "7" }],
};

let databaseUrl: string;
let socket: string;
let supervisor: Server;
let asked: unknown[];
let refuses = false;

beforeAll(async () => {
  databaseUrl = await freshDatabase();
  socket = join(await temporaryFolder(), "control.sock");
  supervisor = createServer((request, response) => {
    const tell = (status: number, body: object) => response.writeHead(status).end(JSON.stringify(body));
    if (request.method === "GET") return void tell(200, landscape);
    void json(request).then((act) => {
      asked.push(act);
      if (refuses) tell(409, { refusal: "conflict", message: "it was changed meanwhile", remedy: null });
      else tell(200, { revision: "8" });
    });
  }).listen(socket);
  await once(supervisor, "listening");
});
afterAll(() => supervisor.close());
beforeEach(() => {
  asked = [];
});

function scale(...args: string[]): Promise<{ stdout: string }> {
  const env = testEnvironment({ DATABASE_URL: databaseUrl, TAPLINE_ACTUATOR_SOCKET: socket });
  const given = ["scale", ...args, "--by", "ann", "--reason", "a busy day"];
  return promisify(execFile)(process.execPath, [main, ...given], { env });
}

async function recorded(): Promise<unknown[]> {
  const prisma = connectPrisma(databaseUrl);
  const rows = await prisma.auditEntry.findMany({ where: { action: "workload.scaled" } });
  await prisma.$disconnect();
  return rows.map(({ subject, actorId }) => `${subject} by ${actorId}`);
}

test("shows what it would do and does nothing", async () => {
  const { stdout } = await scale("validation", "3", "--dry-run");
  expect(stdout).toBe(
    "validation/blue has 1 process, of which worker-pipeline is other services, too\n" +
      "2 processes would be started; it holds until somebody asks for something else\n",
  );
  expect([asked, await recorded()]).toEqual([[], []]);
});

test("asks the supervisor with what was seen, and is in the audit log; a refusal leaves no entry", async () => {
  refuses = true;
  await expect(scale("validation", "3", "--yes")).rejects.toMatchObject({
    stderr: expect.stringContaining("it was changed meanwhile"),
  });
  expect(await recorded()).toEqual([]);
  refuses = false;
  await scale("validation", "3", "--yes");
  const act = { kind: "scale", workload: { service: "validation", colour: "blue" }, replicas: 3 };
  expect(asked.at(-1)).toEqual({ act, fence: null, reason: "a busy day", revision: "7" });
  expect(await recorded()).toEqual(["workload/validation/blue by ann"]);
});

test("names a service that does not run", async () => {
  await expect(scale("cook", "3", "--yes")).rejects.toMatchObject({
    stderr: expect.stringContaining("nothing runs as cook/blue"),
  });
});
