import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { PcscReadersOptions } from "./options.ts";
import { pcscReaders } from "./pcsc-readers.ts";
import { pcscItself } from "./reader-book.ts";
import { RememberingSink } from "./sink.fixture.ts";

const until = (check: () => void) => vi.waitFor(check, { timeout: 25_000, interval: 20 });

let dir: string;
let socketPath: string;
let daemon: Server;
let sink: RememberingSink;
let stop: AbortController;
let run: Promise<void> = Promise.resolve();

function begin(options: Partial<PcscReadersOptions>): void {
  run = pcscReaders({ now: Date.now, socketPath, backoffMs: [50, 200], ...options }).run(sink, stop.signal);
}

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "tapline-pcsc-"));
  socketPath = join(dir, "pcscd.comm");
  // A daemon that takes connections and does nothing else: enough for what never gets as far as PC/SC.
  daemon = createServer((socket) => socket.on("error", () => undefined));
  sink = new RememberingSink();
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await run;
  daemon.close();
  await rm(dir, { recursive: true, force: true });
});

describe.runIf(process.platform === "linux")("readers by PC/SC", { timeout: 60_000 }, () => {
  it("say that there is no daemon, and start no process that would spin for want of it", async () => {
    begin({});
    await until(() => expect(sink.at(pcscItself)?.condition).toBe("failed"));
    expect(sink.at(pcscItself)?.detail).toMatch(
      /no PC\/SC daemon at .*pcscd\.comm \(ENOENT\); install and start pcscd/,
    );
    expect(sink.statuses).toHaveLength(1);
  });

  it("say that nfc-pcsc does not load, with the remedy, and go on trying", async () => {
    daemon.listen(socketPath);
    await once(daemon, "listening");
    begin({ binding: "nfc-pcsc-of-which-there-is-none" });
    await until(() => expect(sink.at(pcscItself)?.condition).toBe("failed"));
    expect(sink.at(pcscItself)?.detail).toMatch(/nfc-pcsc does not load .*npm rebuild @pokusew\/pcsclite/);
  });

  it("end a process that spins in native code, and start another", async () => {
    daemon.listen(socketPath);
    await once(daemon, "listening");
    begin({ binding: new URL("./spinning-binding.fixture.ts", import.meta.url).href, silenceMs: 600 });
    await until(() =>
      expect(sink.at(pcscItself)).toMatchObject({ condition: "failed", detail: /no sign of life/ }),
    );
  });

  it("stop at once while a process spins", async () => {
    daemon.listen(socketPath);
    await once(daemon, "listening");
    begin({ binding: new URL("./spinning-binding.fixture.ts", import.meta.url).href, silenceMs: 60_000 });
    await new Promise((resolve) => setTimeout(resolve, 300));
    stop.abort();
    await run;
  });
});

describe("the reader process", { timeout: 60_000 }, () => {
  const start = () => fork(new URL("./child-main.ts", import.meta.url), [], { execArgv: [] });

  it("ends when its parent is gone", async () => {
    const child = start();
    await once(child, "spawn");
    child.disconnect();
    expect((await once(child, "exit"))[1]).toBe("SIGKILL");
  });

  it("leaves signals to its parent", async () => {
    const child = start();
    const bounds = { apduDeadlineMs: 1000, tapDeadlineMs: 1000, beatEveryMs: 50 };
    const settings = { rereads: 0, buzzer: false };
    child.send({ type: "start", binding: "no-such-module", bounds, settings, silent: {} });
    await once(child, "message");
    child.kill("SIGTERM");
    for (let beats = 0; beats < 4; beats += 1) await once(child, "message");
    child.kill("SIGKILL");
    expect((await once(child, "exit"))[1]).toBe("SIGKILL");
  });
});
