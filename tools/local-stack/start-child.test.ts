import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { startChild } from "./start-child.ts";

test("connections that wait for their turn with a child that dies are ours again, and may go to the next one", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tapline-child-"));
  const start = async (name: string) => {
    const child = await startChild({
      ...{ name, script: "tools/local-stack/hanging-child.fixture.ts", environment: {} },
      ...{
        logFile: join(folder, `${name}.log`),
        compiledDir: join(folder, "compiled"),
        readyTimeoutMs: 60_000,
      },
    });
    onTestFinished(() => child.stop(0));
    return child;
  };
  const [accepted, clients]: [Socket[], Socket[]] = [[], []];
  const server = createServer({ pauseOnConnect: true }, (socket) => accepted.push(socket)).listen(
    0,
    "127.0.0.1",
  );
  await once(server, "listening");
  onTestFinished(async () => {
    for (const client of clients) client.destroy();
    server.close();
    await rm(folder, { recursive: true, force: true });
  });
  const hung = await start("first");
  for (let count = 1; count <= 4; count++) {
    const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
    clients.push(client);
    await expect.poll(() => accepted.length, { timeout: 30_000 }).toBe(count);
  }

  hung.send({ type: "hang" });
  const lost: Socket[] = [];
  for (const socket of accepted)
    expect(hung.hand({ type: "take" }, socket, () => lost.push(socket))).toBe(true);
  await hung.stop(0);
  // The first one had left for the child.
  await expect.poll(() => lost.length, { timeout: 30_000 }).toBe(3);
  expect(lost[0]).toBe(accepted[1]);

  const next = await start("second");
  for (const socket of lost) next.hand({ type: "take" }, socket, () => undefined);
  const answers = await Promise.all(clients.slice(1).map((client) => text(client)));
  expect(answers).toEqual(["taken", "taken", "taken"]);
}, 120_000);

test("a child that cannot start is told by its last words, out of this life of its log alone", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tapline-child-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const logFile = join(folder, "log");
  await writeFile(logFile, "tapline worker: of another life\n");
  await writeFile(
    join(folder, "fails.mjs"),
    'process.stdout.write("x\\n".repeat(400_000)); process.stdout.write(process.env.WORDS ?? ""); process.exitCode = 3;',
  );
  const startWith = (words: string) =>
    startChild({
      ...{ name: "failing", root: folder, script: "fails.mjs", environment: { WORDS: words }, logFile },
      ...{ compiledDir: join(folder, "compiled"), readyTimeoutMs: 60_000 },
    });
  await expect(startWith("tapline worker: no port\n")).rejects.toThrow(
    "(exit code 3): tapline worker: no port",
  );
  await expect(startWith("")).rejects.toThrow("failing ended (exit code 3): x");
}, 120_000);

test("a child that a store refuses is ended at once, and why is said: it would wait", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tapline-child-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const says =
    'process.send({ type: "refused", why: "Redis does not let it in" }); setInterval(() => {}, 1_000);';
  await writeFile(join(folder, "refused.mjs"), says);
  const started = startChild({
    ...{ name: "stranger", root: folder, script: "refused.mjs", environment: {} },
    ...{ logFile: join(folder, "log"), compiledDir: join(folder, "compiled"), readyTimeoutMs: 60_000 },
  });
  await expect(started).rejects.toThrow("stranger is refused: Redis does not let it in");
}, 120_000);

test("a child that does not get ready in time is ended, and that is said", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tapline-child-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "hangs.mjs"), "setInterval(() => {}, 1_000);");
  const started = startChild({
    ...{ name: "hanging", root: folder, script: "hangs.mjs", environment: {} },
    ...{ logFile: join(folder, "log"), compiledDir: join(folder, "compiled"), readyTimeoutMs: 500 },
  });
  await expect(started).rejects.toThrow("hanging was not ready after 500 ms: it gave no reason");
}, 120_000);
