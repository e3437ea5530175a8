import { ReleaseDesk } from "@tapline/adapters/prisma";
import type { ReleaseContent } from "@tapline/core/rollout";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { ReleaseListing, ReleasesBoard, ShiftEffectView, ShiftsPage } from "../../contracts/releases.ts";
import { adminSignIn, setRole, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";
import { callsOf } from "./calls.fixture.ts";

const { password } = adminSignIn;
const why = { reason: "a test of releases", password };
const content: ReleaseContent = { service: "validation", version: "1.4.0", config: {}, rules: null };
let running: TestConsole;
let { query, mutate } = callsOf("", "");

beforeAll(async () => {
  running = await startTestConsole();
  const { origin, ensureFirstAdmin } = running.console;
  await ensureFirstAdmin(adminSignIn);
  ({ query, mutate } = callsOf(origin, (await signIn(origin)).cookie));
});
afterAll(() => running.stop());

const validation = async () => {
  const { services } = (await query<ReleasesBoard>("releases.board")).data!;
  return services.find(({ service }) => service === "validation")!;
};

test("a release is made, and a service led to it and back; what each step would do is told beforehand and changes nothing", async () => {
  expect(await validation()).toMatchObject({ release: null, colour: "blue", hasBefore: false, shift: null });
  const made = await mutate<ReleaseListing>("releases.make", { content, ...why });
  expect(made.data).toMatchObject({ id: 1, ...content });
  const wanted = { release: 1, plan: { steps: [50, 100] } };
  const effect = await query<ShiftEffectView>("releases.shiftEffect", wanted);
  expect(effect.data?.says).toContain("by 50, 100 %");
  expect((await validation()).shift).toBeNull();
  const begun = await mutate<ShiftEffectView>("releases.shift", { ...wanted, ...why });
  expect(begun.data?.shift).toMatchObject({ release: 1, state: { phase: "placing" }, reason: why.reason });
  expect((await mutate("releases.shift", { ...wanted, ...why })).status).toBe(409);
  const back = await query<ShiftEffectView>("releases.effect", { service: "validation", verb: "rollBack" });
  expect(back.status).toBe(200);
  expect((await validation()).shift).toMatchObject({ id: 1, state: { phase: "placing" } });
  const turned = await mutate<ShiftEffectView>("releases.rollBack", { service: "validation", ...why });
  expect(["returning", "clearing"]).toContain(turned.data?.shift.state.phase);
  const history = await query<ShiftsPage>("releases.shifts", { service: "validation" });
  expect(history.data).toMatchObject({ shifts: [{ id: 1 }], next: null });
  const { id } = await running.prisma.user.findFirstOrThrow();
  expect(history.data?.names[id]).toBeDefined();
});

test("a setting that holds a secret is no part of a release, and shares rise", async () => {
  const secret = { ...content, config: { DATABASE_URL: "postgres://somewhere" } };
  expect((await mutate("releases.make", { content: secret, ...why })).status).toBe(400);
  expect((await query("releases.shiftEffect", { release: 1, plan: { steps: [50, 20] } })).status).toBe(400);
  expect((await query("releases.shiftEffect", { release: 9, plan: {} })).status).toBe(404);
});

test("which service keeps to one release here stands on the board, and a shift of it is refused with why", async () => {
  const desk = new ReleaseDesk(running.prisma, Date.now);
  const { data } = await mutate<ReleaseListing>("releases.make", {
    content: { ...content, service: "web" },
    ...why,
  });
  const asked = { release: data!.id, plan: {} };
  await desk.noteFixed({ web: "one process" });
  const fixed = async () => {
    const { services } = (await query<ReleasesBoard>("releases.board")).data!;
    return services.flatMap(({ service, fixed }) => (fixed === null ? [] : [[service, fixed]]));
  };
  await vi.waitFor(async () => expect(await fixed()).toEqual([["web", "one process"]]), 20_000);
  expect((await query("releases.shiftEffect", asked)).status).toBe(409);
  expect((await mutate("releases.shift", { ...asked, ...why })).status).toBe(409);
  await desk.noteFixed({});
});

test("an operator leads back and nothing else; a viewer looks on", async () => {
  const { prisma } = running;
  const act = { actor: { kind: "operator", id: "ada" }, reason: "a test", dryRun: false } as const;
  await new ReleaseDesk(prisma, Date.now).make({ ...content, service: "transfer" }, act);
  await new ReleaseDesk(prisma, Date.now).shift(3, act);
  await setRole(prisma, adminSignIn.email, "operator");
  await vi.waitFor(
    async () => expect((await mutate("releases.make", { content, ...why })).status).toBe(403),
    20_000,
  );
  const step = { service: "transfer", verb: "advance", ...why };
  expect((await mutate("releases.steer", step)).status).toBe(403);
  expect((await mutate("releases.rollBack", { service: "transfer", ...why })).status).toBe(200);
  await setRole(prisma, adminSignIn.email, "viewer");
  await vi.waitFor(
    async () => expect((await mutate("releases.rollBack", { service: "transfer", ...why })).status).toBe(403),
    20_000,
  );
  expect((await query("releases.board")).status).toBe(200);
});
