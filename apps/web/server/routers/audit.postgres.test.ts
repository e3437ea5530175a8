import { setTimeout as sleep } from "node:timers/promises";
import { recordOperation } from "@tapline/adapters/prisma";
import { afterAll, beforeAll, expect, test } from "vitest";
import { adminSignIn, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";

type Page = {
  readonly entries: readonly { readonly subject: string; readonly action: string }[];
  readonly next: string | null;
};

let running: TestConsole;
let cookie: string;
/** When the first entry was written, and when the sixteenth. */
let within: { readonly sinceEpochMs: number };
let middleEpochMs: number;

beforeAll(async () => {
  running = await startTestConsole();
  await running.console.ensureFirstAdmin(adminSignIn);
  ({ cookie } = await signIn(running.console.origin));
  within = { sinceEpochMs: Date.now() + 20 };
  await sleep(50);
  for (let i = 0; i < 30; i++) {
    if (i === 16) {
      await sleep(20);
      middleEpochMs = Date.now();
      await sleep(20);
    }
    await recordOperation(
      running.prisma,
      {
        actor: { kind: i % 3 === 0 ? "operator" : "job", id: i % 3 === 0 ? "ola" : "audit" },
        reason: `because ${i}`,
      },
      {
        action: i % 2 === 0 ? "gap.swept" : "key.changed",
        subject: `${i % 2 === 0 ? "gap" : "key"}/${i}`,
        facts: {},
      },
      1,
    );
  }
});
afterAll(() => running.stop());

async function list(input: unknown, headers: Record<string, string> = { cookie }) {
  const query = encodeURIComponent(JSON.stringify(input));
  const response = await fetch(`${running.console.origin}/api/trpc/audit.list?input=${query}`, { headers });
  const body = (await response.json()) as { result?: { data: Page }; error?: { data: { tapline: unknown } } };
  return { status: response.status, page: body.result?.data, error: body.error?.data.tapline };
}

const numbers = (page: Page | undefined) => page?.entries.map(({ subject }) => Number(subject.split("/")[1]));

test("entries come in pages, each one once, newest first", async () => {
  const seen: number[] = [];
  let cursor: string | null = null;
  do {
    const { page } = await list({ ...within, limit: 7, cursor });
    seen.push(...(numbers(page) ?? []));
    cursor = page?.next ?? null;
  } while (cursor !== null);
  expect(seen).toHaveLength(30);
  expect(new Set(seen).size).toBe(30);
  expect([seen.slice(0, 14).every((i) => i >= 16), seen.slice(14).every((i) => i < 16)]).toEqual([
    true,
    true,
  ]);
});

test("every filter takes what fits, and all of them together", async () => {
  const found = async (filter: object) =>
    numbers((await list({ ...within, limit: 100, ...filter })).page)?.sort((a, b) => a - b);
  const all = [...Array(30).keys()];
  expect(await found({ action: "key.changed" })).toEqual(all.filter((i) => i % 2 === 1));
  expect(await found({ action: "gap" })).toEqual(all.filter((i) => i % 2 === 0));
  expect(await found({ actorId: "ola" })).toEqual(all.filter((i) => i % 3 === 0));
  expect(await found({ subject: "key/7" })).toEqual([7]);
  expect(await found({ subject: "key" })).toEqual(all.filter((i) => i % 2 === 1));
  expect(await found({ text: "BECAUSE 12" })).toEqual([12]);
  expect(await found({ text: "%" })).toEqual([]);
  expect(await found({ untilEpochMs: middleEpochMs })).toEqual(all.slice(0, 16));
  expect(await found({ action: "key", actorId: "ola", sinceEpochMs: middleEpochMs })).toEqual([21, 27]);
});

test("what is no cursor is refused, and nobody reads it without signing in", async () => {
  expect(await list({ cursor: "1.x" })).toMatchObject({ status: 400, error: { code: "invalid-input" } });
  for (const nul of [{ text: "a\0" }, { actorId: "a\0" }])
    expect(await list(nul)).toMatchObject({ status: 400, error: { code: "invalid-input" } });
  expect((await list({}, {})).status).toBe(401);
});
