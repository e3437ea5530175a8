import { mostViewChangesAnHour, mostViewsEach } from "@tapline/adapters/prisma";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { adminSignIn, setRole, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";

let running: TestConsole;
let cookie: string;

beforeAll(async () => {
  running = await startTestConsole();
  await running.console.ensureFirstAdmin(adminSignIn);
  // Keeping views is for everybody.
  await setRole(running.prisma, adminSignIn.email, "viewer");
  ({ cookie } = await signIn(running.console.origin));
});
beforeEach(() => running.prisma.savedView.deleteMany());
afterAll(() => running.stop());

async function call(procedure: "list" | "save" | "rename" | "remove", input?: object, by = cookie) {
  const { origin } = running.console;
  const response = await fetch(`${origin}/api/trpc/savedViews.${procedure}`, {
    headers: { origin, "content-type": "application/json", cookie: by },
    ...(input === undefined ? {} : { method: "POST", body: JSON.stringify(input) }),
  });
  const { result, error } = (await response.json()) as {
    result?: { data: unknown };
    error?: { message: string };
  };
  return { status: response.status, data: result?.data as never, message: error?.message };
}

const critical = { name: "Critical ones", path: "/alerts", search: "?severity=critical" };
const named = async () => ((await call("list")).data as { name: string }[]).map(({ name }) => name);

test("a person keeps views by name, saves one anew in its place, renames and removes them, and the log tells of each act", async () => {
  const { status, data: view } = await call("save", critical);
  expect([status, view]).toMatchObject([200, critical]);
  const { id } = view as { id: string };
  await call("save", { ...critical, name: "Agents of the north", path: "/agents", search: "?site=north" });
  expect(await named()).toEqual(["Agents of the north", "Critical ones"]);
  expect((await call("save", { ...critical, search: "?severity=critical&mine=1" })).data).toMatchObject({
    id,
  });
  expect((await call("rename", { id, name: "Agents of the north" })).status).toBe(409);
  expect((await call("rename", { id, name: "  Mine " })).data).toMatchObject({ id, name: "Mine" });
  expect(await named()).toEqual(["Agents of the north", "Mine"]);
  expect((await call("remove", { id })).status).toBe(200);
  expect((await call("remove", { id })).status).toBe(404);
  expect((await call("rename", { id, name: "Gone" })).status).toBe(404);
  const rows = await running.prisma.auditEntry.findMany({ where: { subject: `saved-view/${id}` } });
  expect(rows.map(({ action }) => action).toSorted()).toEqual([
    ...["saved-view.removed", "saved-view.renamed", "saved-view.saved", "saved-view.saved"],
  ]);
});

test("what leads elsewhere, is too long or cannot be read is kept by nobody", async () => {
  for (const given of [
    ...[{ path: "//elsewhere.example" }, { path: "https://elsewhere.example" }, { path: "/\\elsewhere" }],
    ...[{ search: "severity=critical" }, { search: `?words=${"x".repeat(1_000)}` }, { search: "?a=\u0000" }],
    ...[{ name: " " }, { name: "x".repeat(61) }, { name: "a\u0000b" }],
  ])
    expect([given, (await call("save", { ...critical, ...given })).status]).toEqual([given, 400]);
  expect(await named()).toEqual([]);
});

test("so many and no more, also where they are saved at once, and each sees his own alone", async () => {
  const { id: userId } = await running.prisma.user.findFirstOrThrow();
  const row = (index: number) => ({
    ...{ id: crypto.randomUUID(), userId, name: `View ${index}`, path: "/alerts", search: "" },
    savedAt: new Date(),
  });
  await running.prisma.savedView.createMany({
    data: Array.from({ length: mostViewsEach - 1 }, (_, index) => row(index)),
  });
  const answers = await Promise.all(["a", "b", "c"].map((name) => call("save", { ...critical, name })));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409]);
  expect((await call("save", { ...critical, name: "View 7" })).status).toBe(200);
  expect(await running.prisma.savedView.count()).toBe(mostViewsEach);

  const mine = await running.prisma.savedView.findFirstOrThrow();
  await running.prisma.user.create({
    data: {
      id: "somebody-else",
      name: "Else",
      email: "other@console.test",
      emailVerified: true,
      updatedAt: new Date(),
    },
  });
  await running.prisma.savedView.update({ where: { id: mine.id }, data: { userId: "somebody-else" } });
  expect((await call("remove", { id: mine.id })).status).toBe(404);
  expect(await named()).not.toContain(mine.name);
});

test("it is for people alone: without a session it is refused", async () => {
  expect((await call("list", undefined, "")).status).toBe(401);
});

test("nobody fills the audit log by changing views again and again", async () => {
  const entries = () => running.prisma.auditEntry.count({ where: { action: "saved-view.saved" } });
  let status = 200;
  for (let times = 0; status === 200; times++) {
    expect(times).toBeLessThanOrEqual(mostViewChangesAnHour);
    ({ status } = await call("save", critical));
  }
  expect(status).toBe(429);
  const before = await entries();
  expect((await call("save", critical)).status).toBe(429);
  expect(await entries()).toBe(before);
}, 120_000);
