import { connect } from "node:net";
import { afterEach, expect, it, vi } from "vitest";
import { startApi, token } from "./api.fixture.ts";

let running: Awaited<ReturnType<typeof startApi>> | null = null;
const aborts: AbortController[] = [];
afterEach(async () => {
  for (const abort of aborts.splice(0)) abort.abort();
  await running?.api.close();
});

type Frame = Record<string, string>;

/** Follows the events, gathering whole frames. */
async function follow(lastEventId?: string) {
  const abort = new AbortController();
  aborts.push(abort);
  const headers = {
    authorization: `Bearer ${token}`,
    ...(lastEventId ? { "last-event-id": lastEventId } : {}),
  };
  const response = await fetch(`${running?.api.url}/v1/events`, { headers, signal: abort.signal });
  const frames: Frame[] = [];
  const comments: string[] = [];
  const read = async () => {
    let text = "";
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      const parts = text.split("\n\n");
      text = parts.pop() ?? "";
      for (const part of parts) {
        if (part.startsWith(":")) comments.push(part);
        const fields = part.split("\n").map((line) => line.split(/: (.*)/s).slice(0, 2));
        if (part.includes("event: ")) frames.push(Object.fromEntries(fields));
      }
    }
  };
  read().catch(() => {});
  return { response, frames, comments, abort };
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 10 });

it("tells events as they come, with ids, and no raw bytes", async () => {
  running = await startApi();
  const { response, frames } = await follow();
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  running.tap(1, "door", Buffer.from("secret"));
  running.progress(1, "durable");
  running.events.emit({ type: "paused", reason: "disk-full", reader: null });
  await until(() => expect(frames).toHaveLength(3));
  expect(frames.map(({ id, event }) => [id, event])).toEqual([
    ["1000-1", "tap"],
    ["1000-2", "tap-progress"],
    ["1000-3", "paused"],
  ]);
  expect(JSON.parse(frames[0]?.data ?? "")).toMatchObject({ seq: 1, reader: "door", bytes: 6 });
  expect(JSON.stringify(frames)).not.toMatch(/secret|raw/);
});

it("goes on after Last-Event-ID without a hole and without anything twice", async () => {
  running = await startApi();
  for (let seq = 1; seq <= 10; seq++) running.tap(seq);
  const { frames } = await follow("1000-4");
  running.tap(11);
  await until(() => expect(frames).toHaveLength(7));
  expect(frames.map(({ data }) => JSON.parse(data ?? "").seq)).toEqual([5, 6, 7, 8, 9, 10, 11]);
});

it("says that events were missed where they are remembered no more, or are another run's", async () => {
  running = await startApi();
  for (let seq = 1; seq <= 5000; seq++) running.tap(seq);
  for (const id of ["1000-3", "999-4990", "nonsense"]) {
    const { frames } = await follow(id);
    await until(() => expect(frames.length).toBeGreaterThan(999));
    expect(frames[0]).toEqual({ event: "missed", data: "{}" });
    await until(() => expect(JSON.parse(frames.at(-1)?.data ?? "").seq).toBe(5000));
  }
});

it("sends heartbeats while nothing happens", async () => {
  running = await startApi({ heartbeatMs: 20 });
  const { comments } = await follow();
  await until(() => expect(comments.length).toBeGreaterThan(2));
});

it("takes so many clients and no more, and makes room when one leaves", async () => {
  running = await startApi({ maxEventClients: 1 });
  const first = await follow();
  expect((await follow()).response.status).toBe(503);
  first.abort.abort();
  await until(() => expect(first.response.bodyUsed).toBe(true));
  await vi.waitFor(async () => expect((await follow()).response.status).toBe(200), { timeout: 10_000 });
});

it("cuts a client that does not read, and serves the others", async () => {
  running = await startApi({ maxUnreadBytes: 64 * 1024 });
  const { port } = new URL(running.api.url);
  const slow = connect(Number(port), "127.0.0.1");
  let cut = false;
  slow.on("close", () => {
    cut = true;
  });
  slow.on("error", () => {});
  slow.write(`GET /v1/events HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${token}\r\n\r\n`);
  slow.pause();
  const { frames } = await follow();
  let seq = 0;
  await vi.waitFor(
    async () => {
      for (let i = 0; i < 100; i++) running?.tap(++seq, "r".repeat(120));
      // A paused socket learns of its end only when it is read again.
      if (seq > 60_000) slow.resume();
      await new Promise((resolve) => setTimeout(resolve, 1));
      expect(cut).toBe(true);
    },
    { timeout: 20_000, interval: 1 },
  );
  await until(() => expect(frames).toHaveLength(seq));
}, 40_000);
