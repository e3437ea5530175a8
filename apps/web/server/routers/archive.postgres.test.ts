import { AskedTasks } from "@tapline/adapters/prisma";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AskedView } from "../../contracts/archive.ts";
import { adminSignIn, setRole, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";

const segment = "0197d0a0-0000-7000-8000-000000000001";
const everything = { reason: null, agent: null, site: null };

let running: TestConsole;
let asked: AskedTasks;
let cookie: string;

beforeAll(async () => {
  running = await startTestConsole();
  await running.console.ensureFirstAdmin(adminSignIn);
  ({ cookie } = await signIn(running.console.origin));
  asked = new AskedTasks(running.prisma, Date.now);
});
afterAll(() => running.stop());

async function post(procedure: string, input: unknown) {
  const { origin } = running.console;
  const response = await fetch(`${origin}/api/trpc/archive.${procedure}`, {
    ...{ method: "POST", body: JSON.stringify(input) },
    headers: { cookie, origin, "content-type": "application/json" },
  });
  const body = (await response.json()) as {
    result?: { data: { task: string } };
    error?: { message: string };
  };
  return { status: response.status, task: body.result?.data.task ?? "", message: body.error?.message };
}

async function taskOf(id: string): Promise<AskedView> {
  const input = encodeURIComponent(JSON.stringify({ id }));
  const response = await fetch(`${running.console.origin}/api/trpc/archiveBoard.task?input=${input}`, {
    headers: { cookie },
  });
  return ((await response.json()) as { result: { data: AskedView } }).result.data;
}

const audited = (action: string) => running.prisma.auditEntry.count({ where: { action } });

test("an act is a task with the person's name and reason and its audit entry; the same one again is told who asked first", async () => {
  const first = await post("retry", { segment, reason: "The disk has room again" });
  expect(first.status).toBe(200);
  expect(await taskOf(first.task)).toMatchObject({
    ...{ kind: "retry", subject: `segment/${segment}`, state: "asked", askedBy: "Administrator" },
    ...{ reason: "The disk has room again", outcome: null },
  });
  const second = await post("retry", { segment, reason: "I, too" });
  expect(second).toMatchObject({ status: 409, message: expect.stringContaining("Administrator has asked") });
  expect(await audited("archive.asked")).toBe(1);
  const other = { target: "main", day: "2026-11-29", segment: null, reason: "monthly" };
  expect((await post("verify", other)).status).toBe(200);
  expect((await post("verify", { ...other, day: "yesterday" })).status).toBe(400);
  expect((await post("previewRestore", { day: null, segment: null })).status).toBe(400);
  expect(await audited("archive.asked")).toBe(2);
});

test("a replay needs a preview of the same taps that has ended well", async () => {
  const preview = await post("previewReplay", { filter: everything });
  const replay = { filter: everything, preview: preview.task, reason: "The rules were wrong" };
  expect(await post("replay", replay)).toMatchObject({
    status: 409,
    message: expect.stringContaining("preview"),
  });
  const taken = await asked.take(["preview-replay"], "w1", 60_000);
  await asked.end(taken!, "w1", "done", { says: "Of 1 tap …", facts: { passing: 1 }, list: [] });
  const narrower = { ...everything, reason: "schema" };
  expect((await post("replay", { ...replay, filter: narrower })).status).toBe(409);
  for (const reason of ["", "schema, agent gate-1"])
    expect((await post("replay", { ...replay, filter: { ...everything, reason } })).status).toBe(400);
  expect((await post("replay", replay)).status).toBe(200);
});

test("a host key is for admins alone, by their password, and operators are refused and audited", async () => {
  const repin = {
    ...{ target: "main", offered: `SHA256:${"A".repeat(43)}`, reason: "It was changed" },
    password: "not my password",
  };
  expect((await post("repin", repin)).status).toBe(403);
  expect((await post("repin", { ...repin, password: adminSignIn.password })).status).toBe(200);
  await setRole(running.prisma, adminSignIn.email, "operator");
  ({ cookie } = await signIn(running.console.origin));
  expect((await post("lookAtHostKey", { target: "main" })).status).toBe(403);
  expect((await post("repin", { ...repin, password: adminSignIn.password })).status).toBe(403);
  const refused = await running.prisma.auditEntry.findMany({ where: { action: "act.refused" } });
  expect(refused.map(({ subject }) => subject)).toEqual(
    expect.arrayContaining(["verb/archive.lookAtHostKey", "verb/archive.repin"]),
  );
  expect((await post("previewRestore", { day: "2026-11-29", segment: null })).status).toBe(200);
  expect((await post("previewRestore", { day: "2026-11-29", segment: null })).status).toBe(409);
});
