import { rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { ProofQueue } from "@tapline/adapters/bullmq";
import { connectRedis, queuePrefix } from "@tapline/adapters/redis";
import { issueHierarchy, verifySignature } from "@tapline/core/encryption";
import { checkTapProof, formatTapProof, parseTapProof, type TapProof } from "@tapline/core/transfer";
import { temporaryFolder } from "@tapline/tools/test-servers";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  log,
  makeTapProof,
  nowEpochMs,
  signerOf,
} from "../../../../packages/core/src/transfer/tap-proof.fixture.ts";
import { listen } from "../listen.ts";
import { adminSignIn, setRole, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";
import { withProofPages } from "./proof-pages.ts";

let running: TestConsole;
let cookie: string;
let proof: TapProof;
let trust: string;
let workers: ProofQueue;

beforeAll(async () => {
  running = await startTestConsole();
  await running.console.ensureFirstAdmin(adminSignIn);
  ({ cookie } = await signIn(running.console.origin));
  await setRole(running.prisma, adminSignIn.email, "viewer");
  const pki = await issueHierarchy({ nowEpochMs, organisation: "Example", agents: [], hosts: [] });
  [proof, trust] = [makeTapProof(3, signerOf(pki)), pki["trust.pem"]?.pem ?? ""];
  workers = new ProofQueue(
    connectRedis(running.redisServer.url, () => undefined),
    queuePrefix,
  );
  workers.work(
    async ({ seq }) =>
      seq === proof.tap.seq
        ? { is: "made", proof: formatTapProof(proof).toString() }
        : {
            is: "failed",
            code: "not-found",
            message: `the archive holds no tap ${seq}`,
            remedy: "look again",
          },
    { concurrency: 1, onError: () => undefined, onTakenOver: () => undefined },
  );
});
afterAll(async () => {
  await workers.close(1_000);
  await running.stop();
});

async function ask(input: object, headers: Record<string, string> = { cookie }) {
  const query = `?input=${encodeURIComponent(JSON.stringify(input))}`;
  const response = await fetch(`${running.console.origin}/api/trpc/tap.proof${query}`, { headers });
  const body = (await response.json()) as { result?: { data: { json: string } } };
  return { status: response.status, json: body.result?.data.json ?? "" };
}
const get = (path: string, headers: Record<string, string> = { cookie }) =>
  fetch(`${running.console.origin}${path}`, { headers, redirect: "manual" });

test("a viewer gets the proof of a tap, which holds offline, and with one flipped bit does not", async () => {
  const { tracker, epoch, seq } = proof.tap;
  const { status, json } = await ask({ tracker, epoch, seq });
  expect(status).toBe(200);
  const check = (text: string) =>
    checkTapProof(parseTapProof(text), {
      verifySignature: (p7s) => verifySignature(p7s, { rootPems: [trust], crlPems: [trust] }),
      keys: [log.key],
    });
  expect(check(json)).toMatchObject({ tap: proof.tap, segment: proof.segment.id });
  const flipped = json.replace(
    proof.tap.digest,
    (digest) => (Number.parseInt(digest[0] ?? "", 16) ^ 1).toString(16) + digest.slice(1),
  );
  expect(flipped).not.toBe(json);
  expect(() => check(flipped)).toThrow("does not lead to the tree");
  expect(await ask({ tracker, epoch, seq: 99 })).toMatchObject({ status: 404 });
  expect((await ask({ tracker, epoch, seq }, {})).status).toBe(401);
});

test("a slip is a page to be printed that can do nothing, for those who are signed in", async () => {
  const { tracker, epoch, seq } = proof.tap;
  const path = `/taps/slip?${new URLSearchParams({ tap: `${tracker} ${epoch} ${seq}` })}`;
  const slip = await get(path);
  expect(slip.status).toBe(200);
  const policy = slip.headers.get("content-security-policy") ?? "";
  expect(policy).toBe("default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox");
  const html = await slip.text();
  expect(html).toContain(`Proof of tap ${seq} of tracker ${tracker}`);
  expect(html).toContain('<g class="code"');
  expect((await get(path, {})).status).toBe(303);
  expect((await get("/taps/slip?tap=gate-1/1/4")).status).toBe(400);
  const missing = await get(`/taps/slip?tap=${encodeURIComponent(`${tracker} 1 99`)}`);
  expect([missing.status, await missing.text()]).toEqual([404, "the archive holds no tap 99\nlook again\n"]);
});

test("the page that verifies keeps its own policy, in no origin of ours; where it was not built that is said", async () => {
  const page = join(await temporaryFolder(), "verify.html");
  await writeFile(
    page,
    `<meta http-equiv="Content-Security-Policy" content="script-src 'sha256-abc'"><p>verify`,
  );
  const server = createServer((request, response) => {
    const pages = withProofPages(
      async (_, rest) => void rest.end("next"),
      { proofs: workers, taps: { mustSee: async () => undefined } },
      async () => null,
      page,
    );
    void pages(request, response);
  });
  const origin = `http://127.0.0.1:${await listen(server, "127.0.0.1", 0)}`;
  const served = await fetch(`${origin}/verify`);
  expect(served.headers.get("content-security-policy")).toBe(
    "script-src 'sha256-abc'; frame-ancestors 'none'; sandbox allow-scripts",
  );
  expect(await served.text()).toContain("<p>verify");
  expect(await (await fetch(`${origin}/taps`)).text()).toBe("next");
  expect(await (await fetch(`${origin}//[`)).text()).toBe("next");
  await rm(page);
  expect((await fetch(`${origin}/verify`)).status).toBe(404);
  server.close();
  expect((await get("/verify", {})).status).toBe(303);
});

test("where no worker answers that is said", async () => {
  const asking = new ProofQueue(
    connectRedis(running.redisServer.url, () => undefined),
    "tapline:{p0}:nobody",
  );
  await expect(asking.ask({ tracker: "none", epoch: 1, seq: 1 }, 300)).rejects.toMatchObject({
    ...{ code: "unavailable", message: "no worker has made the proof in time" },
  });
  await asking.close(0);
});
