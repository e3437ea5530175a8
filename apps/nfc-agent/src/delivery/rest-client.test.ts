import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { credentialsOf, IngestServer, issuePki, type Pki, reply } from "./ingest-server.fixture.ts";
import { RestClient } from "./rest-client.ts";

let ours: Pki;
let other: Pki;
let server: IngestServer;
let url = "";
const clients: RestClient[] = [];

beforeAll(async () => {
  [ours, other] = await Promise.all([issuePki(), issuePki()]);
  server = new IngestServer(ours);
  url = await server.listen();
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await server.close();
});

function clientOf(trust: Pki, mine: Pki, at = url): RestClient {
  const credentials = { ...credentialsOf(mine), ca: credentialsOf(trust).ca };
  const client = new RestClient({ url: at, credentials, answerMs: 5000 });
  clients.push(client);
  return client;
}

const never = new AbortController().signal;
const tap = { seq: 1, readAtEpochMs: 1, reader: "r", raw: Buffer.from("a") };
const causeOf = async (client: RestClient, signal = never) => {
  const outcome = await client.postTaps(1, [tap], signal);
  return outcome.kind === "setback" ? outcome.setback.cause : "answered";
};

it("sends nothing to a server of another authority, nor to one that does not know its certificate", async () => {
  expect(await causeOf(clientOf(other, ours))).toBe("untrusted");
  expect(["unauthenticated", "broken"]).toContain(await causeOf(clientOf(ours, other)));
  expect(server.posts).toHaveLength(0);
});

it("tells a server that is not there from a name that leads nowhere", async () => {
  expect(await causeOf(clientOf(ours, ours, "https://127.0.0.1:1"))).toBe("unreachable");
  expect(await causeOf(clientOf(ours, ours, "https://nowhere.invalid"))).toBe("unknown-host");
  expect(await causeOf(clientOf(ours, ours), AbortSignal.abort())).toBe("broken");
});

it("gives out the server's answer in the agreed form", async () => {
  const outcome = await clientOf(ours, ours).postTaps(1, [tap], never);
  const results = [{ seq: 1, status: 202, ack: "durable" }];
  expect(outcome).toEqual({ kind: "answered", answer: { generation: "g1", results } });
});

it("packs what is large", async () => {
  const many = Array.from({ length: 20 }, (_, index) => ({ ...tap, seq: index + 1, raw: randomBytes(300) }));
  expect((await clientOf(ours, ours).postTaps(1, many, never)).kind).toBe("answered");
  expect(server.packed).toBe(1);
  expect(server.ledger.payloads.get(20)).toBe(many[19]?.raw.toString("base64"));
});

it("understands why a server refuses", async () => {
  const client = clientOf(ours, ours);
  const refusing = (status: number, headers = {}) => {
    const body = { type: "urn:tapline:problem:forbidden", title: "no", status, detail: "no" };
    server.faults = [(_, response) => reply(response, status, body, headers) === undefined];
    return client.postTaps(1, [tap], never);
  };
  const busy = { cause: "busy", detail: "no", afterMs: 3000 };
  expect(await refusing(429, { "retry-after": "3" })).toEqual({ kind: "setback", setback: busy });
  expect(await refusing(401)).toMatchObject({ setback: { cause: "unauthenticated" } });
  expect(await refusing(403)).toMatchObject({ setback: { cause: "revoked" } });
  expect(await refusing(413)).toMatchObject({ setback: { cause: "too-large" } });
  expect(await refusing(404)).toMatchObject({ setback: { cause: "not-served" } });
  expect(await refusing(500)).toMatchObject({ setback: { cause: "not-agreed" } });
});
