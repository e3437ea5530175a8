import { type ChildProcess, fork } from "node:child_process";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  checkSignatures,
  consistencyRanges,
  formatSubmission,
  formatVerifierKey,
  leafHash,
  makeLogKey,
  openLogSigner,
  parseNote,
  parseSignatures,
  parseVerifierKey,
  rootOf,
} from "@tapline/core/audit";
import { afterEach, beforeEach, expect, test } from "vitest";

const signer = openLogSigner(makeLogKey(), "tapline.test/log");
const leaves = Array.from({ length: 40 }, (_, i) => leafHash(Buffer.from(`entry ${i}`)));
const forged = leaves.with(3, leafHash(Buffer.from("another")));
let dir: string;
let child: ChildProcess;
let url: string;

/** The witness as a process of its own, on a free port. */
async function start(): Promise<void> {
  child = fork(new URL("./main.ts", import.meta.url), {
    env: {
      TAPLINE_WITNESS_DIR: join(dir, "witness"),
      TAPLINE_WITNESS_LOGS: join(dir, "logs.vkey"),
      TAPLINE_WITNESS_PORT: "0",
      LOG_LEVEL: "fatal",
    },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const port = await new Promise<number>((resolve, reject) => {
    let said = "";
    child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.once("message", (message) => resolve((message as { port: number }).port));
    child.once("exit", () => reject(new Error(said)));
  });
  url = `http://127.0.0.1:${port}`;
}

async function end(signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  await exited;
}

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "tapline-witness-"));
  await writeFile(join(dir, "logs.vkey"), `${formatVerifierKey(signer.key)}\n`);
  await start();
});
afterEach(async () => {
  await end("SIGTERM");
  await rm(dir, { recursive: true });
});

const note = (of: readonly Uint8Array[], by = signer): string => by.signHead(of.length, rootOf(of));
const proof = (of: readonly Uint8Array[], old: number): Uint8Array[] =>
  consistencyRanges(old, of.length).map(({ start: from, end: to }) => rootOf(of.slice(from, to)));

async function post(body: string): Promise<{ status: number; type: string | null; text: string }> {
  const answer = await fetch(`${url}/add-checkpoint`, { method: "POST", body });
  return { status: answer.status, type: answer.headers.get("content-type"), text: await answer.text() };
}
const submit = (of: readonly Uint8Array[], old: number) =>
  post(formatSubmission(old, proof(of, old), note(of)));

test("cosigns what grows, under the key that it tells", async () => {
  const key = parseVerifierKey(await (await fetch(`${url}/`)).text());
  for (const [old, size] of [
    [0, 7],
    [7, 8],
    [8, 40],
    [40, 40],
  ] as const) {
    const of = leaves.slice(0, size);
    const answer = await submit(of, old);
    expect(answer.status).toBe(200);
    const cosigned = parseNote(note(of) + answer.text);
    const verdicts = checkSignatures(cosigned, [signer.key, key]);
    expect(verdicts.map((verdict) => verdict.key.name)).toEqual([signer.origin, key.name]);
    expect(Math.abs((verdicts[1]?.atEpochS ?? 0) - Date.now() / 1000)).toBeLessThan(60);
  }
});

test("remembers over kill -9, so that no other history and no older size passes", async () => {
  expect((await submit(leaves, 0)).status).toBe(200);
  const keyBefore = await (await fetch(`${url}/`)).text();
  await end("SIGKILL");
  await start();
  expect(await (await fetch(`${url}/`)).text()).toBe(keyBefore);
  expect(await submit(leaves.slice(0, 30), 0)).toEqual({
    status: 409,
    type: "text/x.tlog.size",
    text: "40\n",
  });
  expect((await submit(forged, 40)).status).toBe(409);
  const longer = [...forged, leafHash(Buffer.from("more"))];
  expect((await submit(longer, 40)).status).toBe(422);
  const grown = [...leaves, leafHash(Buffer.from("more"))];
  expect((await submit(grown, 40)).status).toBe(200);
  const modes = (await readdir(join(dir, "witness"))).map(
    async (name) => (await stat(join(dir, "witness", name))).mode & 0o777,
  );
  expect(await Promise.all(modes)).toEqual([0o600, 0o600]);
});

test("of two submissions at once that do not fit together cosigns one", async () => {
  const answers = await Promise.all([submit(leaves, 0), submit(forged, 0), submit(leaves, 0)]);
  expect(answers.map(({ status }) => status)).toEqual([200, 409, 409]);
});

test("asks who does not fit to its logs and its form", async () => {
  const stranger = openLogSigner(makeLogKey(), "tapline.test/other");
  expect((await post(formatSubmission(0, [], note(leaves, stranger)))).status).toBe(404);
  const impostor = openLogSigner(makeLogKey(), signer.origin);
  expect((await post(formatSubmission(0, [], note(leaves, impostor)))).status).toBe(403);
  expect((await post("old 0\n")).status).toBe(400);
  expect((await post("x".repeat(70_000))).status).toBe(413);
  expect((await fetch(`${url}/add-checkpoint`)).status).toBe(405);
  expect((await fetch(`${url}/else`)).status).toBe(404);
  // A log that is added needs no restart.
  await writeFile(
    join(dir, "logs.vkey"),
    [signer, stranger].map(({ key }) => formatVerifierKey(key)).join("\n"),
  );
  expect((await post(formatSubmission(0, [], note(leaves, stranger)))).status).toBe(200);
});

test("does not start where its memory is damaged: it would cosign anything", async () => {
  await submit(leaves, 0);
  await end("SIGTERM");
  const [head = ""] = (await readdir(join(dir, "witness"))).filter((name) => name.endsWith(".head.json"));
  await writeFile(join(dir, "witness", head), "{");
  await expect(start()).rejects.toThrow("restore it from a backup");
});

test("cosignatures are read as a witness's lines", async () => {
  const { text } = await submit(leaves, 0);
  expect(parseSignatures(text)).toHaveLength(1);
});
