import { setTimeout as sleep } from "node:timers/promises";
import { io, type Socket } from "socket.io-client";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type { ClientToServerEvents, ServerToClientEvents, Topic } from "../../contracts/events.ts";
import { startConsole } from "../start-console.ts";
import {
  adminSignIn,
  livePicture,
  publishLive,
  signIn,
  silentPages,
  startTestConsole,
  type TestConsole,
} from "../test-console.fixture.ts";

type Client = Socket<ServerToClientEvents, ClientToServerEvents>;

let site: TestConsole;
let cookie: string;
const clients: Client[] = [];

beforeAll(async () => {
  site = await startTestConsole();
  await site.console.ensureFirstAdmin(adminSignIn);
  ({ cookie } = await signIn(site.console.origin));
});
afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect();
});
afterAll(() => site.stop());

function open(headers: Record<string, string>, origin = site.console.origin): Client {
  const client: Client = io(origin, {
    transports: ["websocket"],
    extraHeaders: headers,
    forceNew: true,
    reconnectionDelay: 50,
  });
  clients.push(client);
  return client;
}

const connected = (client: Client) =>
  new Promise<void>((resolve, reject) => {
    client.once("connect", resolve);
    client.once("connect_error", reject);
  });

async function watching(headers: Record<string, string>, origin?: string) {
  const client = open(headers, origin);
  const seen: number[] = [];
  client.on("kpi", (live) => seen.push(live.seq));
  await connected(client);
  expect(await client.emitWithAck("subscribe", "kpi")).toBe(true);
  return { client, seen };
}

test("a socket without a session is refused", async () => {
  await expect(connected(open({}))).rejects.toThrow("unauthenticated");
  await expect(connected(open({ cookie: "tapline.session_token=forged.signature" }))).rejects.toThrow(
    "unauthenticated",
  );
});

test("a socket from another origin is refused, cookie or not", async () => {
  await expect(connected(open({ cookie, origin: "http://evil.test" }))).rejects.toThrow();
});

test("each live picture comes once to the browsers of each process", async () => {
  const second = await startConsole({ ...site.config, port: 0 }, silentPages);
  const [first, other] = await Promise.all([watching({ cookie }), watching({ cookie }, second.origin)]);
  for (let seq = 101; seq <= 105; seq++) {
    await publishLive(site.redis, livePicture({ seq }));
    await vi.waitFor(() => expect([first.seen.at(-1), other.seen.at(-1)]).toEqual([seq, seq]), 20_000);
  }
  expect(first.seen).toEqual([101, 102, 103, 104, 105]);
  expect(other.seen).toEqual([101, 102, 103, 104, 105]);
  await second.close();
});

test("a lost connection comes back by itself, and hears of what comes once it has joined again", async () => {
  const { client, seen } = await watching({ cookie });
  await publishLive(site.redis, livePicture({ seq: 201 }));
  await vi.waitFor(() => expect(seen).toEqual([201]), 20_000);
  const back = new Promise<void>((resolve) => client.once("connect", resolve));
  client.io.engine.close();
  await publishLive(site.redis, livePicture({ seq: 202 }));
  await back;
  expect(await client.emitWithAck("subscribe", "kpi")).toBe(true);
  await publishLive(site.redis, livePicture({ seq: 203 }));
  await vi.waitFor(() => expect(seen).toEqual([201, 203]), 20_000);
});

test("of pictures that wait, such as after a busy moment, the newest alone is told", async () => {
  const { seen } = await watching({ cookie });
  const waiting = site.redis.multi();
  for (let seq = 251; seq <= 259; seq++)
    waiting.xadd("tapline:{kpi}:live", "*", "j", JSON.stringify(livePicture({ seq })));
  await waiting.exec();
  await vi.waitFor(() => expect(seen).toEqual([259]), 20_000);
});

test("a topic that this console does not know is answered, and joined by nobody", async () => {
  const { client } = await watching({ cookie });
  expect(await client.timeout(20_000).emitWithAck("subscribe", "weather" as Topic)).toBe(false);
  expect(client.connected).toBe(true);
});

test("signing out disconnects the session's sockets, and lets them in no more", async () => {
  const { cookie: own } = await signIn(site.console.origin);
  const { client } = await watching({ cookie: own });
  const { client: other } = await watching({ cookie });
  const ended = new Promise((resolve) => client.once("disconnect", resolve));
  await fetch(`${site.console.origin}/api/auth/sign-out`, {
    method: "POST",
    headers: { cookie: own, origin: site.console.origin, "content-type": "application/json" },
    body: "{}",
  });
  expect(await ended).toBe("io server disconnect");
  const refused = new Promise<Error>((resolve) => client.once("connect_error", resolve));
  client.connect();
  expect((await refused).message).toBe("unauthenticated");
  expect(other.connected).toBe(true);
});

test("the relay goes on after Redis has lost its data", async () => {
  const { seen } = await watching({ cookie });
  await site.redis.flushall();
  await sleep(1500);
  await vi.waitFor(async () => {
    await publishLive(site.redis, livePicture({ seq: (seen.at(-1) ?? 300) + 1 }));
    expect(seen.length).toBeGreaterThan(2);
  }, 10_000);
});
