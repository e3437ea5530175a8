import {
  certifyAgent,
  issueHierarchy,
  openAgentsAuthority,
  requestCertificate,
  verifyRequest,
} from "@tapline/core/encryption";
import { Agent, request } from "undici";
import { afterEach, describe, expect, test } from "vitest";
import { useDoor } from "./stream/rig.fixture.ts";
import { openStream } from "./stream/stream.fixture.ts";
import { TurnedAway } from "./turned-away.ts";

const hourMs = 3_600_000;
const traceId = "0af7651916cd43dd8448eb211c80319c";
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;

const { rig, open, stream, ready } = useDoor();
const dispatchers: Agent[] = [];
afterEach(async () => {
  for (const dispatcher of dispatchers.splice(0)) await dispatcher.destroy();
});

type Pair = { readonly cert: string; readonly key: string };
const pairOf = (agent: string): Pair => ({
  cert: rig.ingest.pem(`agent-${agent}.crt`),
  key: rig.ingest.pem(`agent-${agent}.key`),
});
const told = () => rig.ingest.state.turnedAway;
const entry = (agent: string, facts: object) => ({
  ...{ action: "agent.refused", subject: `agent/${agent}`, actor: { kind: "agent", id: agent } },
  facts: { serial: expect.stringMatching(/^[0-9a-f]+$/), ...facts },
});

function browser(own: Pair): Agent {
  const dispatcher = new Agent({ connect: { ca: rig.ingest.pem("root.crt"), ...own } });
  dispatchers.push(dispatcher);
  return dispatcher;
}

async function ask(dispatcher: Agent, path = "/v1/receipts"): Promise<number> {
  const [method, body] = path === "/v1/taps" ? (["POST", "{}"] as const) : (["GET", null] as const);
  const answer = await request(`https://localhost:${rig.door.port}${path}`, {
    ...{ dispatcher, method, body },
    headers: { "content-type": "application/json", traceparent },
  });
  await answer.body.dump();
  return answer.statusCode;
}

/** A certificate of `agent` that ended an hour ago, of the given authority. */
async function ended(
  agent: string,
  files: Readonly<Record<string, { readonly pem: string }>>,
): Promise<Pair> {
  const authority = await openAgentsAuthority(files["agents.crt"]?.pem ?? "", files["agents.key"]?.pem ?? "");
  const { keyPem, csrPem } = await requestCertificate();
  const times = { nowEpochMs: Date.now() - 2 * hourMs, lifetimeMs: hourMs };
  const { certPem } = await certifyAgent(authority, await verifyRequest(csrPem), agent, times);
  return { cert: certPem, key: keyPem };
}

describe("a revoked certificate is written down", () => {
  test.each(["/v1/taps", "/v1/receipts"])(
    "that asks %s: once an hour, however often it asks",
    async (path) => {
      const dispatcher = browser(pairOf("gate-1"));
      rig.ingest.state.revoked.add("gate-1");
      for (let i = 0; i < 5; i += 1) expect(await ask(dispatcher, path)).toBe(403);
      expect(told()).toEqual([{ ...entry("gate-1", { problem: "revoked", where: "request" }), traceId }]);
      rig.ingest.state.aheadMs = hourMs;
      expect(await ask(dispatcher, path)).toBe(403);
      expect(told()).toHaveLength(2);
    },
  );

  test("that opens a stream, and that had one open, in one count with its requests", async () => {
    const one = await ready("gate-1");
    rig.ingest.state.revoked.add("gate-1").add("gate-2");
    rig.ingest.tellStanding();
    await one.status();
    const two = stream("gate-2");
    two.hello();
    await two.status();
    expect(await ask(browser(pairOf("gate-2")))).toBe(403);
    const facts = { problem: "revoked", where: "stream" };
    expect(told()).toMatchObject([entry("gate-1", facts), entry("gate-2", facts)]);
  });

  test("but nobody of whom the registry has said nothing yet", async () => {
    rig.ingest.state.known = false;
    expect(await ask(browser(pairOf("gate-1")))).toBe(503);
    expect(told()).toEqual([]);
  });
});

describe("a certificate that has ended is written down", () => {
  test("at the handshake of a request and of a stream", async () => {
    const [one, two] = [await ended("gate-1", rig.ingest.files), await ended("gate-2", rig.ingest.files)];
    expect(await ask(browser(one))).toBe(401);
    const opened = openStream(rig.door.streamPort, { ca: rig.ingest.pem("root.crt"), ...two });
    open.push(opened);
    opened.hello();
    await opened.status();
    const facts = { problem: "ended", where: "tls" };
    expect(told()).toMatchObject([entry("gate-1", facts), entry("gate-2", facts)]);
  });

  test("on a connection that outlives it", async () => {
    const dispatcher = browser(pairOf("gate-1"));
    expect(await ask(dispatcher)).toBe(200);
    rig.ingest.state.aheadMs = 2 * 366 * 24 * hourMs;
    expect(await ask(dispatcher)).toBe(401);
    expect(told()).toMatchObject([entry("gate-1", { problem: "ended", where: "request" })]);
  });

  test("but not one of another authority that bears an agent's name", async () => {
    const names = { nowEpochMs: Date.now(), organisation: "Other", agents: ["gate-1"], hosts: [] };
    const others = await issueHierarchy(names);
    expect(await ask(browser(await ended("gate-1", others)))).toBe(401);
    expect(told()).toEqual([]);
  });
});

test("what could not be written down is tried again with the next one that is turned away", async () => {
  const tried: string[] = [];
  const answers = [false, true];
  const note = async ({ subject }: { subject: string }) => {
    tried.push(subject);
    return answers.shift() ?? true;
  };
  const away = new TurnedAway({ note }, () => 0);
  for (let i = 0; i < 4; i += 1) {
    away.note({ agent: "gate-1", serial: "0a" }, "revoked", "request");
    await new Promise(setImmediate);
  }
  away.note({ agent: "gate-1", serial: "0b" }, "revoked", "request");
  expect(tried).toHaveLength(3);
});
