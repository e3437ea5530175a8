import { afterAll, beforeAll, expect, test } from "vitest";
import type {
  ArchiveOverview,
  HoldsView,
  OpenSegmentView,
  RefusedTap,
  SegmentDetail,
  SegmentView,
} from "../../contracts/archive.ts";
import { ArchiveFeed } from "../../test-site/archive-feed.fixture.ts";
import { FleetFeed } from "../../test-site/fleet.fixture.ts";
import { adminSignIn, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";

const minuteMs = 60_000;

let running: TestConsole;
let feed: ArchiveFeed;
let cookie: string;

beforeAll(async () => {
  running = await startTestConsole();
  await running.console.ensureFirstAdmin(adminSignIn);
  ({ cookie } = await signIn(running.console.origin));
  feed = new ArchiveFeed(running.prisma, running.redisServer.url);
  await new FleetFeed(running.prisma).fill("north", ["gate-2"]);
});
afterAll(async () => {
  await feed.close();
  await running.stop();
});

async function ask<Data>(
  procedure: string,
  input: unknown = undefined,
  headers: Record<string, string> = { cookie },
) {
  const query = input === undefined ? "" : `?input=${encodeURIComponent(JSON.stringify(input))}`;
  const response = await fetch(`${running.console.origin}/api/trpc/archiveBoard.${procedure}${query}`, {
    headers,
  });
  const body = (await response.json()) as { result?: { data: Data } };
  return { status: response.status, data: body.result?.data as Data };
}

type Page = { segments: SegmentView[]; next: string | null };
const idsOf = (page: Page) => page.segments.map(({ id }) => id);

test("segments come newest first by pages, and are narrowed by how they lie, whose they are, where, and their address", async () => {
  const oldest = await feed.segment({ agoMs: 30 * minuteMs, targets: [], expiredAgoMs: minuteMs });
  const whole = await feed.segment({ agoMs: 20 * minuteMs, targets: ["main", "off-site"], agent: "gate-2" });
  const lacking = await feed.segment({ agoMs: 10 * minuteMs });
  const before = (await ask<Page>("segments", { state: "lacking" })).data;
  // As long as no worker has said which archives there are, none can be missed.
  expect(idsOf(before)).toEqual([]);
  await feed.declare(["main", "off-site"], 1);
  const first = (await ask<Page>("segments", { limit: 2 })).data;
  expect(idsOf(first)).toEqual([lacking, whole]);
  expect(first.segments[0]).toMatchObject({ lacking: ["off-site"], sites: ["default"], targets: ["main"] });
  const second = (await ask<Page>("segments", { limit: 2, cursor: first.next })).data;
  expect([idsOf(second), second.next]).toEqual([[oldest], null]);
  const found = async (filter: object) => idsOf((await ask<Page>("segments", filter)).data);
  expect(await found({ state: "lacking" })).toEqual([lacking]);
  expect(await found({ state: "whole" })).toEqual([whole]);
  expect(await found({ state: "expired" })).toEqual([oldest]);
  expect(await found({ site: "north" })).toEqual([whole]);
  expect(await found({ site: "default", target: "main" })).toEqual([lacking]);
  expect(await found({ text: whole.slice(-12).toUpperCase() })).toEqual([whole]);
  expect((await ask("segments", { cursor: "elsewhere" })).status).toBe(400);
  expect((await ask("segments", {}, {})).status).toBe(401);

  await feed.key();
  await feed.lacks(lacking, "off-site", "no route to host");
  const { data } = await ask<SegmentDetail>("segment", { id: lacking });
  expect(data).toMatchObject({
    copies: [{ target: "main", readBackAtEpochMs: null }],
    tasks: [{ kind: "copy", target: "off-site", attempts: 4, fault: "no route to host", isUnderWay: false }],
    keys: [{ subject: "CN=archive 2026", state: "active" }],
    agents: [{ agent: "gate-1", taps: 3 }],
    hold: null,
    acts: [],
  });
  expect(data.manifestPath).toContain(`segment-${lacking}.manifest.json`);
  expect((await ask("segment", { id: "0197d0a0-0000-7000-8000-000000000000" })).status).toBe(404);
  const { expired } = (await ask<HoldsView>("holds")).data;
  expect(expired).toMatchObject({ segments: 1, lastAtEpochMs: expect.any(Number) });
});

test("archives are told as workers name them, with what they cannot use, and segments on their way with their last error", async () => {
  await feed.declare(["main", "off-site"], 2);
  await feed.away("off-site", "misconfigured", "another host key");
  const { data } = await ask<ArchiveOverview>("overview");
  expect(data.rule).toMatchObject({ mode: "mirror", quorum: 2, by: "worker-1" });
  expect(data.targets).toMatchObject([
    { name: "main", address: "main.example.org:22", isWanted: true, away: null, waiting: 0 },
    {
      name: "off-site",
      waiting: 1,
      fault: "no route to host",
      away: { why: "misconfigured", error: "another host key" },
    },
  ]);
  const id = await feed.failing("ECONNREFUSED");
  await expect
    .poll(async () => (await ask<OpenSegmentView[]>("underWay")).data, { timeout: 20_000 })
    .toMatchObject([{ id, stage: "transfer", taps: 3, fault: "ECONNREFUSED" }]);
});

test("refused taps come newest first by pages, by reason, agent and site, and never with their content", async () => {
  for (let seq = 1; seq <= 3; seq++) await feed.refuse("gate-1", seq, "schema", "battery: missing");
  await feed.refuse("gate-2", 1, "equivocation", "another content under that number", 2 * minuteMs);
  type Taps = { taps: RefusedTap[]; next: string | null };
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const { data }: { data: Taps } = await ask<Taps>("refused", { limit: 2, cursor });
    seen.push(...data.taps.map(({ agent, seq }) => `${agent}/${seq}`));
    expect(JSON.stringify(data)).not.toContain("sealedPayload");
    cursor = data.next;
  } while (cursor !== null);
  expect(seen.toSorted()).toEqual(["gate-1/1", "gate-1/2", "gate-1/3", "gate-2/1"]);
  expect(seen.at(-1)).toBe("gate-2/1");
  const at = async (site: string) => (await ask<Taps>("refused", { site })).data.taps.length;
  expect([await at("north"), await at("default")]).toEqual([1, 3]);
  expect((await ask("reasons", {})).data).toEqual([
    { reason: "equivocation", all: 1, open: 0 },
    { reason: "schema", all: 3, open: 3 },
  ]);
  expect((await ask("refused", { cursor: "[1]" })).status).toBe(400);
});
