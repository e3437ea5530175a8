import { once } from "node:events";
import { createServer } from "node:http";
import { Server } from "socket.io";
import { io } from "socket.io-client";
import { afterEach, expect, test, vi } from "vitest";
import type { ClientToServerEvents, ServerToClientEvents, Topic } from "../contracts/events.ts";
import { joinTopics, type LiveSocket } from "./join-topics.ts";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** A connection to a console that answers for some topics, and says nothing of others. */
async function connected(answers: Partial<Record<Topic, boolean>>): Promise<LiveSocket> {
  const http = createServer().listen(0, "127.0.0.1");
  await once(http, "listening");
  const console = new Server<ClientToServerEvents, ServerToClientEvents>(http, { transports: ["websocket"] });
  ends.push(() => console.close());
  console.on("connection", (socket) =>
    socket.on("subscribe", (topic, answer) => {
      const joined = answers[topic];
      if (joined !== undefined) answer(joined);
    }),
  );
  const address = http.address();
  if (address === null || typeof address === "string") throw new Error("it listens on a port");
  const socket: LiveSocket = io(`http://127.0.0.1:${address.port}`, { transports: ["websocket"] });
  ends.push(() => socket.disconnect());
  await new Promise<void>((resolve) => socket.once("connect", () => resolve()));
  return socket;
}

const always = ["kpi", "alerts"] as const;

test.for([undefined, false])(
  "a console that does not know what one page follows, and answers %s, keeps its connection for the rest",
  { timeout: 30_000 },
  async (agents) => {
    const socket = await connected({ kpi: true, alerts: true, ...(agents === undefined ? {} : { agents }) });
    const answered = vi.fn();
    const ofPage = new Map<Topic, () => void>([["agents", answered]]);
    expect(await joinTopics(socket, { always, ofPage, answerMs: 3_000 })).toBe(true);
    await vi.waitFor(() => expect(answered).toHaveBeenCalledOnce(), 20_000);
    expect(socket.connected).toBe(true);
  },
);

test("a connection on which nothing is heard of what every page follows is of no use", async () => {
  const socket = await connected({ kpi: true, agents: true });
  expect(await joinTopics(socket, { always, ofPage: new Map(), answerMs: 200 })).toBe(false);
  const refused = await connected({ kpi: true, alerts: false });
  expect(await joinTopics(refused, { always, ofPage: new Map(), answerMs: 3_000 })).toBe(false);
});
