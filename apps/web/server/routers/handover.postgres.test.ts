import { randomBytes } from "node:crypto";
import { AlertDesk, AlertMaintenanceDesk } from "@tapline/adapters/prisma/alerts";
import { entryOf, openAlert } from "@tapline/core/alerts";
import { uuidV7 } from "@tapline/core/kernel";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { HandoverNow, HandoverPage, HandoverView } from "../../contracts/handover.ts";
import { addPerson } from "../people/add-person.fixture.ts";
import { adminSignIn, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";

const people = {
  ada: adminSignIn,
  grace: { email: "grace@console.test", password: "a pass phrase of hers" },
  alan: { email: "alan@console.test", password: "a pass phrase of his" },
  vera: { email: "vera@console.test", password: "a pass phrase to look" },
} as const;
type Who = keyof typeof people;

let running: TestConsole;
const cookies = {} as Record<Who, string>;

beforeAll(async () => {
  running = await startTestConsole();
  const { console, prisma } = running;
  await console.ensureFirstAdmin(adminSignIn);
  cookies.ada = (await signIn(console.origin)).cookie;
  for (const [who, role] of [
    ["grace", "operator"],
    ["alan", "operator"],
    ["vera", "viewer"],
  ] as const) {
    await addPerson(prisma, { ...people[who], name: who, role });
    cookies[who] = (await signIn(console.origin, people[who])).cookie;
  }
  expect(await prisma.user.count()).toBe(4);
});
afterAll(() => running.stop());
beforeEach(async () => {
  const { waiting } = (await ask("now")).data as HandoverNow;
  if (waiting !== null) await act("ada", "withdraw", { id: waiting.id, reason: "the test is over" });
});

const read = async (response: Response) => {
  const body = (await response.json()) as {
    result?: { data: unknown };
    error?: { message: string; data: { tapline: { facts: Record<string, unknown> } } };
  };
  return { status: response.status, data: body.result?.data, error: body.error };
};

async function ask(procedure: "now" | "list", input?: unknown) {
  const query = input === undefined ? "" : `?input=${encodeURIComponent(JSON.stringify(input))}`;
  const url = `${running.console.origin}/api/trpc/handover.${procedure}${query}`;
  return read(await fetch(url, { headers: { cookie: cookies.ada } }));
}

async function act(who: Who, procedure: string, input: unknown) {
  const { origin } = running.console;
  const response = await fetch(`${origin}/api/trpc/handover.${procedure}`, {
    method: "POST",
    headers: { cookie: cookies[who], origin, "content-type": "application/json" },
    body: JSON.stringify(input),
  });
  return read(response);
}

const submit = async (who: Who, note = "all quiet") =>
  (await act(who, "submit", { note })).data as HandoverView;
const sign = (who: Who, id: string, password: string = people[who].password) =>
  act(who, "sign", { id, note: null, password });

const entriesOf = (id: string) =>
  running.prisma.auditEntry.findMany({
    where: { subject: `handover/${id}` },
    orderBy: { recordedAt: "asc" },
    select: { action: true, actorId: true },
  });

async function raise() {
  const atEpochMs = Date.now();
  const raised = {
    ...{ ruleId: "backlog-old", release: "ab".repeat(32), scope: { site: "north" }, message: "Taps wait" },
    ...({ severity: "critical", unit: "ms", value: 9, limit: 1, breachedAtEpochMs: atEpochMs } as const),
    ...{ group: null, firstOut: false, suppressedBy: null },
  };
  const actor = { kind: "job", id: "alerts" } as const;
  const step = openAlert(uuidV7(atEpochMs, randomBytes), raised, { atEpochMs, actor });
  const entries = [entryOf(step, uuidV7(atEpochMs, randomBytes))];
  const desk = new AlertDesk(running.prisma);
  await desk.write([{ baseRev: 0, alert: step.alert, entries }]);
  return { id: step.alert.id, desk };
}

test("what is handed over is how everything stands, made by the server, and who did what", async () => {
  const { id, desk } = await raise();
  const ada = await running.prisma.user.findUniqueOrThrow({ where: { email: adminSignIn.email } });
  const who = { actor: { kind: "operator", id: ada.id } as const };
  const context = { atEpochMs: Date.now(), seenRev: 1, ...who };
  await desk.act(id, { kind: "acknowledge", note: "on my way" }, context);
  const wanted = { sites: [], rules: [], endsAtEpochMs: Date.now() + 60_000 };
  await new AlertMaintenanceDesk(running.prisma, Date.now).start(wanted, { ...who, reason: "new readers" });
  const { data } = await ask("now");
  const { picture, waiting, names } = data as HandoverNow;
  expect(waiting).toBeNull();
  expect(picture.open).toMatchObject([{ id, place: "north", state: "acknowledged", assignee: null }]);
  expect(picture.maintenance).toMatchObject([{ reason: "new readers", startedBy: ada.id }]);
  const own = picture.acts.find(({ personId }) => personId === ada.id)?.acts ?? [];
  expect(own.map(({ action, reason }) => [action, reason])).toEqual(
    expect.arrayContaining([
      ["alert.acknowledged", "on my way"],
      ["alert-maintenance.started", "new readers"],
    ]),
  );
  expect(own.filter(({ action }) => action.startsWith("session."))).toEqual([]);
  expect(names[ada.id]).toBe(ada.name);
  expect(picture.unknown).toEqual(["whether archives can be used: no live picture is known"]);
});

test("one hands over, another one signs with their password, and the record stays as it is", async () => {
  const { id, submittedBy } = await submit("grace", "watch gym-2");
  expect((await sign("grace", id)).status).toBe(403);
  expect((await sign("alan", id, "not the pass phrase")).status).toBe(403);
  const { data } = await sign("alan", id);
  const signed = data as HandoverView;
  expect(signed).toMatchObject({ note: "watch gym-2", submittedBy, withdrawn: null });
  expect(signed.signed?.by).not.toBe(submittedBy);
  expect(await entriesOf(id)).toEqual([
    { action: "handover.submitted", actorId: submittedBy },
    { action: "handover.signed", actorId: signed.signed?.by },
  ]);
  expect((await sign("ada", id)).error?.data.tapline.facts).toMatchObject({
    did: "signed",
    by: signed.signed?.by,
  });
  expect((await act("grace", "withdraw", { id, reason: "no" })).status).toBe(409);
  const { prisma } = running;
  await expect(
    prisma.$executeRaw`UPDATE shift_handover SET note = 'other' WHERE id = ${id}::uuid`,
  ).rejects.toThrow(/kept as it is/);
  await expect(prisma.$executeRaw`DELETE FROM shift_handover`).rejects.toThrow(/refused/);
  const { picture } = (await ask("now")).data as HandoverNow;
  expect(picture.sinceEpochMs).toBe(signed.signed?.atEpochMs);
});

test("of two who hand over at once one does, and the other hears who", async () => {
  const ends = await Promise.all([
    act("grace", "submit", { note: "g" }),
    act("alan", "submit", { note: "a" }),
  ]);
  expect(ends.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  const won = ends.find(({ status }) => status === 200)?.data as HandoverView;
  const lost = ends.find(({ status }) => status === 409)?.error;
  expect(lost?.data.tapline.facts).toMatchObject({ by: won.submittedBy });
});

test("of a signature and a withdrawal at once one counts, and the log has that one", async () => {
  const { id } = await submit("grace");
  const ends = await Promise.all([
    sign("alan", id),
    sign("ada", id),
    act("grace", "withdraw", { id, reason: "I stay" }),
  ]);
  expect(ends.map(({ status }) => status).toSorted()).toEqual([200, 409, 409]);
  const entries = await entriesOf(id);
  expect(entries.map(({ action }) => action)).toHaveLength(2);
  const kept = ((await ask("list")).data as HandoverPage).handovers.find((one) => one.id === id);
  expect([kept?.signed === null, kept?.withdrawn === null].toSorted()).toEqual([false, true]);
});

test("those of before are listed by time, page by page", async () => {
  const first = await submit("grace", "the first");
  await sign("alan", first.id);
  const second = await submit("alan", "the second");
  await act("alan", "withdraw", { id: second.id, reason: "too early" });
  expect((await entriesOf(second.id)).map(({ action }) => action)).toEqual([
    ...["handover.submitted", "handover.withdrawn"],
  ]);
  const page = (await ask("list", { limit: 1 })).data as HandoverPage;
  expect(page.handovers).toMatchObject([{ id: second.id, withdrawn: { reason: "too early" } }]);
  const behind = (await ask("list", { limit: 1, cursor: page.next })).data as HandoverPage;
  expect(behind.handovers).toMatchObject([{ id: first.id, note: "the first" }]);
});

test("a note that cannot be kept is refused as what it is", async () => {
  const refused = await act("grace", "submit", { note: "a\0b" });
  expect([refused.status, refused.error?.message]).toEqual([400, expect.stringContaining("U+0000")]);
  expect(((await ask("now")).data as HandoverNow).waiting).toBeNull();
});

test("a viewer sees it and does nothing, and nobody sees nothing", async () => {
  const { id } = await submit("grace");
  expect((await act("vera", "submit", { note: "x" })).status).toBe(403);
  expect((await sign("vera", id)).status).toBe(403);
  expect((await act("vera", "withdraw", { id, reason: "x" })).status).toBe(403);
  expect((await fetch(`${running.console.origin}/api/trpc/handover.now`)).status).toBe(401);
});
