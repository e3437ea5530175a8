import { PushSubscriptions } from "@tapline/adapters/prisma/alerts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { browserAt } from "../../../../packages/core/src/alerts/channels/open-push.fixture.ts";
import { adminSignIn, setRole, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";

let running: TestConsole;
let cookie: string;

beforeAll(async () => {
  running = await startTestConsole();
  await running.console.ensureFirstAdmin(adminSignIn);
  ({ cookie } = await signIn(running.console.origin));
  await new PushSubscriptions(running.prisma, Date.now).announceKey("key-1");
});
afterAll(() => running.stop());

async function call(procedure: "state" | "subscribe" | "unsubscribe", input?: object, signedIn = true) {
  const { origin } = running.console;
  const response = await fetch(`${origin}/api/trpc/push.${procedure}`, {
    headers: { origin, "content-type": "application/json", ...(signedIn ? { cookie } : {}) },
    ...(input === undefined ? {} : { method: "POST", body: JSON.stringify(input) }),
  });
  const text = await response.text();
  expect(text).not.toContain("secret-of-this-browser");
  return { status: response.status, data: JSON.parse(text).result?.data };
}

const asked = (endpoint = "https://push.example/secret-of-this-browser") => ({
  ...{ subscription: browserAt(endpoint).subscription, serverKey: "key-1", label: "Firefox on Linux" },
});

test("a person switches a browser on and off again, and sees his own", async () => {
  const { status, data } = await call("subscribe", asked());
  expect([status, data]).toMatchObject([200, { label: "Firefox on Linux" }]);
  expect((await call("state")).data).toEqual({
    key: "key-1",
    browsers: [data],
    channels: [],
    allChannels: [],
  });
  expect((await call("unsubscribe", { id: data.id })).status).toBe(200);
  expect((await call("unsubscribe", { id: data.id })).status).toBe(404);
  expect((await call("state")).data.browsers).toEqual([]);
  const rows = await running.prisma.auditEntry.findMany({
    where: { subject: `push-subscription/${data.id}` },
  });
  expect(rows.map(({ action }) => action).toSorted()).toEqual([
    ...["push-subscription.added", "push-subscription.removed"],
  ]);
});

test("an endpoint that is none, or in networks behind the server, is refused", async () => {
  for (const endpoint of [
    ...["http://push.example/x", "https://127.0.0.1/x", "https://[::1]/x", "https://169.254.169.254/x"],
    "https://0x7f.1/x",
  ])
    expect((await call("subscribe", asked(endpoint))).status, endpoint).toBeGreaterThanOrEqual(400);
  expect((await call("subscribe", { ...asked(), serverKey: "older" })).status).toBe(409);
  expect((await call("state")).data.browsers).toEqual([]);
});

test("nobody is asked without a session, and a viewer switches off alone", async () => {
  expect((await call("state", undefined, false)).status).toBe(401);
  const { data } = await call("subscribe", asked());
  await setRole(running.prisma, adminSignIn.email, "viewer");
  expect((await call("subscribe", asked())).status).toBe(403);
  expect((await call("unsubscribe", { id: data.id })).status).toBe(200);
  await setRole(running.prisma, adminSignIn.email, "admin");
});
