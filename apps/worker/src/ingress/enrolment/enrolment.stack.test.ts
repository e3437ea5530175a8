import { execFile } from "node:child_process";
import { createPrivateKey, randomBytes, X509Certificate } from "node:crypto";
import { mkdtemp, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { AgentRegistry } from "@tapline/adapters/prisma";
import { AgentNews, connectRedis } from "@tapline/adapters/redis";
import { requestCertificate } from "@tapline/core/encryption";
import { certificateResponseSchema, pinOf, readToken, trustResponseSchema } from "@tapline/core/tap";
import { Agent, request } from "undici";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { setUpPath, type TestPath, until } from "../../path.fixture.ts";
import type { Running } from "../../wire/start-worker.ts";

const hourMs = 3_600_000;
const admin = { actor: { kind: "operator" as const, id: "ola" }, reason: "for a test" };

let path: TestPath;
let worker: Running;
let registry: AgentRegistry;
let agents = 0;
let agent: string;
const pem = (name: string) => path.files[name]?.pem ?? "";
const dispatchers: Agent[] = [];
let redis: ReturnType<typeof connectRedis>;

beforeAll(async () => {
  path = await setUpPath();
  redis = connectRedis(path.redis.url, () => undefined);
  registry = new AgentRegistry(path.prisma, Date.now, () => new AgentNews(redis).publish());
  worker = await path.start({ ROLE: "ingest" });
});
beforeEach(() => {
  agents += 1;
  agent = `desk-${agents}`;
});
afterEach(async () => {
  for (const dispatcher of dispatchers.splice(0)) await dispatcher.destroy();
});
afterAll(async () => {
  await worker.stop(2_000);
  redis.disconnect();
  await path.end();
});

type Pair = { readonly cert: string; readonly key: string };

async function ask(where: string, body?: unknown, own?: Pair) {
  const dispatcher = new Agent({ connect: { ca: pem("root.crt"), ...own } });
  dispatchers.push(dispatcher);
  const answer = await request(`https://localhost:${worker.ingestPort}${where}`, {
    dispatcher,
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
  });
  return { status: answer.statusCode, headers: answer.headers, body: await answer.body.json() };
}

async function token(ttlMs = hourMs): Promise<string> {
  const made = await registry.createToken({ agent, ring: null, ttlMs, pin: pinOf(pem("root.crt")) }, admin);
  return readToken(made.token).secret.toString("base64url");
}

const wish = (secret: string, csr: string) => ({
  token: secret,
  csr,
  hostname: "front-desk",
  version: "1.0.0",
});

async function enrol(secret?: string): Promise<Pair> {
  const { keyPem, csrPem } = await requestCertificate();
  const answer = await ask("/v1/enrol", wish(secret ?? (await token()), csrPem));
  expect(answer).toMatchObject({ status: 200, body: { agent } });
  return { cert: certificateResponseSchema.parse(answer.body).certificate, key: keyPem };
}

const receipts = (own: Pair) => ask("/v1/receipts", undefined, own);
const type = (name: string) => ({ type: `urn:tapline:problem:${name}` });

describe("a machine that enrols", () => {
  test("is told who vouches for the door, then gets a certificate that openssl verifies, and is let in", async () => {
    const trust = trustResponseSchema.parse((await ask("/v1/trust")).body);
    expect(pinOf(trust.ca)).toEqual(pinOf(pem("root.crt")));
    expect(Math.abs(trust.atEpochMs - Date.now())).toBeLessThan(60_000);
    const own = await enrol();
    expect((await receipts(own)).status).toBe(200);
    const certificate = new X509Certificate(own.cert);
    expect(certificate.subjectAltName).toBe(`URI:spiffe://tapline/agent/${agent}`);
    expect(certificate.checkPrivateKey(createPrivateKey(own.key))).toBe(true);
    const days = (certificate.validToDate.getTime() - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(29.9);
    const dir = await mkdtemp(join(tmpdir(), "tapline-enrol-"));
    await writeFile(join(dir, "a.crt"), own.cert);
    const how = ["verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", join(path.pki, "agents.crt")];
    await promisify(execFile)("openssl", [...how, join(dir, "a.crt")]);
  });

  test("is refused by name with a token that is used, ended, or nobody's", async () => {
    const { csrPem } = await requestCertificate();
    const used = await token();
    await enrol(used);
    expect(await ask("/v1/enrol", wish(used, csrPem))).toMatchObject({
      status: 401,
      body: type("token-used"),
    });
    const short = await token(1);
    await until("the token has ended", async () => {
      const answer = await ask("/v1/enrol", wish(short, csrPem));
      return answer.status === 401 && (answer.body as { type: string }).type.endsWith("token-expired");
    });
    const nobodys = randomBytes(32).toString("base64url");
    const refused = await ask("/v1/enrol", wish(nobodys, csrPem));
    expect(refused).toMatchObject({ status: 401, body: type("token-unknown") });
    const entries = await path.prisma.auditEntry.findMany({
      where: { subject: "agent/unknown", action: "agent.refused" },
    });
    const problems = entries.map(({ bytes }) => JSON.parse(Buffer.from(bytes).toString()).facts.problem);
    expect(problems).toContain("token-unknown");
    expect(refused.headers.connection).toBe("close");
  });

  test("wins alone where two use one token at once", async () => {
    const secret = await token();
    const tries = await Promise.all(
      [1, 2, 3].map(async () => ask("/v1/enrol", wish(secret, (await requestCertificate()).csrPem))),
    );
    expect(tries.map(({ status }) => status).sort()).toEqual([200, 401, 401]);
  });

  test("uses no token up by a request that is refused", async () => {
    const secret = await token();
    for (const csr of ["nonsense", pem("root.crt")])
      expect((await ask("/v1/enrol", wish(secret, csr))).status).toBe(400);
    expect((await ask("/v1/enrol", { ...wish(secret, "x"), hostname: "" })).status).toBe(400);
    expect((await ask("/v1/enrol", wish(secret, "x".repeat(9000)))).status).toBe(413);
    await enrol(secret);
  });

  test("does it by the agent's own program, which keeps the key to itself", async () => {
    const made = await registry.createToken(
      { agent, ring: 2, ttlMs: hourMs, pin: pinOf(pem("root.crt")) },
      admin,
    );
    const dir = join(await mkdtemp(join(tmpdir(), "tapline-enrol-")), "identity");
    const script = `
      import { enrol } from ${JSON.stringify(new URL("../../../../nfc-agent/src/identity/index.ts", import.meta.url).href)};
      const [server, token, dir] = process.argv.slice(1);
      const made = await enrol({ server, token, dir, hostname: "pc", version: "1.0.0", now: Date.now });
      console.log(made.agent);`;
    const args = [`https://localhost:${worker.ingestPort}`, made.token, dir];
    const run = promisify(execFile)(process.execPath, ["--input-type=module", "-e", script, ...args]);
    expect((await run).stdout.trim()).toBe(agent);
    expect((await stat(join(dir, "agent.key"))).mode & 0o777).toBe(0o600);
    const read = (name: string) => readFile(join(dir, name), "utf8");
    expect((await receipts({ cert: await read("agent.crt"), key: await read("agent.key") })).status).toBe(
      200,
    );
    const again = promisify(execFile)(process.execPath, ["--input-type=module", "-e", script, ...args]);
    await expect(again).rejects.toThrow("the token was used on");
  });
});

describe("an agent", () => {
  test("that is revoked is refused within seconds, and so is its renewal; enrolled anew it is let in, by the new one alone", async () => {
    const first = await enrol();
    expect((await receipts(first)).status).toBe(200);
    await registry.revoke(agent, admin);
    await until("the door refuses it", async () => (await receipts(first)).status === 403);
    expect(await receipts(first)).toMatchObject({ body: type("revoked") });
    await until("the refusal is written down", async () => {
      const about = { action: "agent.refused", subject: `agent/${agent}` };
      return (await path.prisma.auditEntry.count({ where: about })) === 1;
    });
    const { csrPem } = await requestCertificate();
    expect((await ask("/v1/renew", { csr: csrPem }, first)).status).toBe(403);
    const second = await enrol();
    await until("the door lets it in", async () => (await receipts(second)).status === 200);
    expect((await receipts(first)).status).toBe(403);
  });

  test("renews by the certificate that it has; both are good", async () => {
    const first = await enrol();
    const { keyPem, csrPem } = await requestCertificate();
    const answer = await ask("/v1/renew", { csr: csrPem }, first);
    expect(answer).toMatchObject({ status: 200, body: { agent } });
    const second = { cert: certificateResponseSchema.parse(answer.body).certificate, key: keyPem };
    await until("the new one is let in", async () => (await receipts(second)).status === 200);
    expect((await receipts(first)).status).toBe(200);
  });

  test("does not renew without a certificate, or by one that is no agent's", async () => {
    const { csrPem } = await requestCertificate();
    expect((await ask("/v1/renew", { csr: csrPem })).status).toBe(401);
    const server = { cert: pem("server.crt"), key: pem("server.key") };
    expect((await ask("/v1/renew", { csr: csrPem }, server)).status).toBe(401);
  });

  test("with a certificate made by hand is let in, renews, and can be revoked", async () => {
    const own = { cert: pem("agent-gate-1.crt"), key: pem("agent-gate-1.key") };
    expect((await receipts(own)).status).toBe(200);
    expect((await ask("/v1/renew", { csr: (await requestCertificate()).csrPem }, own)).status).toBe(200);
    await registry.revoke("gate-1", admin);
    await until("the door refuses it", async () => (await receipts(own)).status === 403);
  });
});

describe("a door", () => {
  test("that starts anew knows who is revoked", async () => {
    const first = await enrol();
    await registry.revoke(agent, admin);
    await worker.stop(2_000);
    worker = await path.start({ ROLE: "ingest" });
    expect((await receipts(first)).status).toBe(403);
  });

  test("without the authority's key says so", async () => {
    const before = worker;
    worker = await path.start({
      ROLE: "ingest",
      TAPLINE_AGENT_AUTHORITY_CERT: undefined,
      TAPLINE_AGENT_AUTHORITY_KEY: undefined,
      TAPLINE_INGEST_ROOT: undefined,
    });
    try {
      const answers = [await ask("/v1/trust"), await ask("/v1/enrol", wish("A".repeat(43), "x"))];
      for (const answer of answers) {
        expect(answer).toMatchObject({ status: 503, body: type("unavailable") });
        expect((answer.body as { detail: string }).detail).toContain("TAPLINE_AGENT_AUTHORITY_CERT");
      }
    } finally {
      await worker.stop(2_000);
      worker = before;
    }
  });

  test("that strangers besiege renews its agents' certificates all the same", async () => {
    const own = await enrol();
    const { csrPem } = await requestCertificate();
    await until("strangers are sent away", async () => (await ask("/v1/trust")).status === 429);
    expect((await ask("/v1/renew", { csr: csrPem }, own)).status).toBe(200);
  });
});
