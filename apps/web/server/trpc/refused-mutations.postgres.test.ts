import { afterAll, beforeAll, expect, test } from "vitest";
import { adminSignIn, setRole, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";
import { mutationPaths } from "./mutations.fixture.ts";

/** What concerns nobody but whoever does it. */
const ofOneself = [
  ...["push.subscribe", "push.renew", "push.unsubscribe"],
  ...["you.endSession", "you.endOtherSessions"],
  ...["savedViews.save", "savedViews.rename", "savedViews.remove"],
];
/** So many refusals of a minute are written one by one; the next one tells how many more there were. */
const writtenSingly = 30;

let running: TestConsole;
let cookie: string;

beforeAll(async () => {
  running = await startTestConsole();
  await running.console.ensureFirstAdmin(adminSignIn);
  await setRole(running.prisma, adminSignIn.email, "viewer");
  ({ cookie } = await signIn(running.console.origin));
});
afterAll(() => running.stop());

const post = (path: string) =>
  fetch(`${running.console.origin}/api/${path}`, {
    method: "POST",
    headers: { cookie, origin: running.console.origin, "content-type": "application/json" },
    body: "{}",
  });

test("a viewer who tries every mutation by hand is refused each of them, and the audit log says so", async () => {
  const mutations = mutationPaths();
  expect(mutations).toEqual(expect.arrayContaining(ofOneself));
  const refused = mutations.filter((path) => !ofOneself.includes(path));
  for (const path of refused) {
    const answer = await post(`trpc/${path}`);
    expect([path, answer.status]).toEqual([path, 403]);
    const { error } = (await answer.json()) as { error: { data: { tapline: { code: string } } } };
    expect(error.data.tapline.code).toBe("forbidden");
  }
  const { id: actorId } = await running.prisma.user.findFirstOrThrow();
  const written = await running.prisma.auditEntry.findMany({ where: { actorId, action: "act.refused" } });
  const expected = refused.slice(0, writtenSingly).map((path) => `verb/${path}`);
  expect(written.map(({ subject }) => subject).toSorted()).toEqual(expected.toSorted());
});
