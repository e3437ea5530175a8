import { afterAll, beforeAll, expect, it } from "vitest";
import { IngestClient } from "./ingest-client.ts";
import { IngestServer, issuePki, type Pki, pem } from "./ingest-server.fixture.ts";

let ours: Pki;
let other: Pki;
let server: IngestServer;
let url = "";
const clients: IngestClient[] = [];

beforeAll(async () => {
  [ours, other] = await Promise.all([issuePki(), issuePki()]);
  server = new IngestServer(ours);
  url = await server.listen();
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await server.close();
});

function clientOf(trust: Pki, mine: Pki, at = url): IngestClient {
  const client = new IngestClient({
    url: at,
    ca: pem(trust, "root.crt"),
    cert: pem(mine, "agent-local.crt"),
    key: pem(mine, "agent-local.key"),
    connections: 1,
  });
  clients.push(client);
  return client;
}

const never = new AbortController().signal;
const tap = { seq: 1, readAtEpochMs: 1, reader: "r", raw: Buffer.from("a") };

it("sends nothing to a server of another authority, and says why", async () => {
  const outcome = await clientOf(other, ours).postTaps(1, [tap], never);
  expect(outcome).toMatchObject({ kind: "failed", why: expect.stringMatching(/certificate|CERT/) });
  expect(server.posts).toHaveLength(0);
});

it("fails where the server does not know its certificate", async () => {
  expect(await clientOf(ours, other).postTaps(1, [tap], never)).toMatchObject({ kind: "failed" });
  expect(server.posts).toHaveLength(0);
});

it("fails where nobody listens, and where the caller gave up", async () => {
  expect(await clientOf(ours, ours, "https://127.0.0.1:1").postTaps(1, [tap], never)).toMatchObject({
    kind: "failed",
    why: expect.stringContaining("ECONNREFUSED"),
  });
  expect(await clientOf(ours, ours).getReceipts("0", 1000, AbortSignal.abort())).toMatchObject({
    kind: "failed",
  });
});

it("gives out the server's answer in the agreed form", async () => {
  const outcome = await clientOf(ours, ours).postTaps(1, [tap], never);
  const results = [{ seq: 1, status: 202, ack: "durable" }];
  expect(outcome).toEqual({ kind: "answered", answer: { generation: "g1", results } });
});
