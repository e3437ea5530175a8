import { execFileSync, fork } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  after,
  answersToReset,
  missingPcsc,
  ok,
  type Pcscd,
  startPcscd,
  type2Card,
  type4Card,
  type VirtualCard,
} from "../../../../../tools/test-servers/pcscd/index.ts";
import type { Readers } from "../reader.ts";
import { childEnvironment } from "./config.ts";
import type { PcscReadersOptions } from "./options.ts";
import { pcscReaders } from "./pcsc-readers.ts";
import { pcscItself } from "./reader-book.ts";
import { RememberingSink } from "./sink.fixture.ts";
import { someTap } from "./taps.fixture.ts";

const missing = await missingPcsc();
const until = (check: () => void) => vi.waitFor(check, { timeout: 25_000, interval: 10 });
const sha = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

let daemon: Pcscd;
let sink: RememberingSink;
let readers: Readers;
let stop: AbortController;
let run: Promise<void>;

async function begin(count: number, options: Partial<PcscReadersOptions> = {}, friendlyName = "Virtual NFC") {
  daemon = await startPcscd({ readers: count, friendlyName });
  readers = pcscReaders({ now: Date.now, socketPath: daemon.socketPath, ...options });
  run = readers.run(sink, stop.signal);
  await until(() => {
    for (const { name } of daemon.readers) expect(sink.at(name)?.condition).toBe("ready");
  });
}

/** Processes that this one started and that hold the readers. */
function childPids(): number[] {
  const list = execFileSync("ps", ["--ppid", String(process.pid), "-o", "pid=,args="], { encoding: "utf8" });
  const lines = list.split("\n").filter((line) => line.includes("readers/pcsc/child-main.ts"));
  return lines.map((line) => Number.parseInt(line, 10));
}

const first = () => daemon.readers[0]!;
const lastTap = () => sink.taps.at(-1)?.raw;
const tagOf = (tap: Buffer, kind: "type-2" | "type-4" = "type-4"): VirtualCard =>
  kind === "type-2" ? type2Card({ message: () => tap }) : type4Card({ message: () => tap });

/** Lays a good tag on the first reader and sees it read: what went before has healed. */
async function seeGoodTap(): Promise<void> {
  const tap = someTap(5);
  const card = await first().insert(tagOf(tap));
  await until(() => expect(lastTap()).toEqual(tap));
  await card.remove();
}

beforeEach(() => {
  sink = new RememberingSink();
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await run;
  await daemon.stop();
  expect(childPids()).toEqual([]);
});

describe.skipIf(missing !== null)("readers by PC/SC, with a real pcscd", () => {
  it("read 16 readers at once, Type 2 and Type 4 mixed, each tap once and to the last byte", async () => {
    await begin(16);
    const rounds = 6;
    const expected = new Map<string, string[]>();
    await Promise.all(
      daemon.readers.map(async ({ name, insert }, index) => {
        const digests: string[] = [];
        expected.set(name, digests);
        for (let round = 0; round < rounds; round += 1) {
          const kind = (index + round) % 2 === 0 ? "type-2" : "type-4";
          const tap = someTap(kind === "type-2" ? 90 : 300);
          digests.push(sha(tap));
          const card = await insert(tagOf(tap, kind));
          await until(() => expect(sink.taps.some(({ raw }) => raw.equals(tap))).toBe(true));
          await card.remove();
        }
      }),
    );
    for (const [name, digests] of expected) {
      const read = sink.taps.filter(({ reader }) => reader === name).map(({ raw }) => sha(raw));
      expect(read).toEqual(digests);
    }
    expect(sink.failures).toEqual([]);
    for (const { tag, readMs, readAtEpochMs } of sink.taps) {
      expect(["type-2", "type-4"]).toContain(tag);
      expect(readMs).toBeGreaterThan(0);
      expect(Math.abs(Date.now() - readAtEpochMs)).toBeLessThan(60_000);
    }
  });

  it("read a tag that is left lying once, and the next one after it", async () => {
    await begin(1);
    const tap = someTap();
    const card = await first().insert(tagOf(tap));
    await until(() => expect(sink.taps).toHaveLength(1));
    await sleep(300);
    expect(sink.taps).toHaveLength(1);
    await card.remove();
    await seeGoodTap();
    expect(sink.taps).toHaveLength(2);
  });

  it("say that a tag was pulled away while it was read", async () => {
    await begin(1);
    await first().insert(after(7, tagOf(someTap(300)), "leave"));
    await until(() => expect(sink.causes()).toContain("removed"));
    await seeGoodTap();
    expect(sink.taps).toHaveLength(1);
  });

  it("bear a tag that flaps at the edge of the field", async () => {
    await begin(1);
    for (let count = 0; count < 12; count += 1) {
      const card = await first().insert(tagOf(someTap(300)));
      await sleep(5 + count * 3);
      await card.remove();
    }
    await seeGoodTap();
  });

  it("see a tag that was swapped for another while it was read", async () => {
    await begin(1);
    const tap = someTap();
    await first().insert(after(8, tagOf(someTap(300)), "leave"));
    await first().insert(tagOf(tap));
    await until(() => expect(lastTap()).toEqual(tap));
    expect(sink.taps).toHaveLength(1);
  });

  it("lose no tap where one tag was swapped for another while the reader process was not looking", async () => {
    await begin(1);
    const [one, two] = [someTap(), someTap()];
    const card = await first().insert(tagOf(one));
    await until(() => expect(lastTap()).toEqual(one));
    const pid = childPids()[0]!;
    process.kill(pid, "SIGSTOP");
    await card.remove();
    await sleep(150);
    await first().insert(tagOf(two));
    await sleep(150);
    process.kill(pid, "SIGCONT");
    await until(() => expect(lastTap()).toEqual(two));
    expect(childPids()).toEqual([pid]);
  });

  it("read a torn tag again, and keep what holds still", async () => {
    await begin(1);
    const [old, fresh] = [someTap(), someTap()];
    let commands = 0;
    const card = type4Card({ message: () => (commands < 8 ? old : fresh) });
    await first().insert({
      ...card,
      respond: (apdu) => {
        commands += 1;
        return card.respond(apdu);
      },
    });
    await until(() => expect(sink.taps).toHaveLength(1));
    expect(sink.taps[0]).toMatchObject({ raw: fresh, rereads: 1 });
  });

  it("give up on a tag that never holds still, and say so", async () => {
    await begin(1);
    readers.configure({ rereads: 1, buzzer: false });
    const card = await first().insert(type4Card({ message: () => someTap() }));
    await until(() => expect(sink.causes()).toEqual(["torn"]));
    await card.remove();
    await seeGoodTap();
  });

  it("take neither of two tags in the field", async () => {
    await begin(1);
    const tap = someTap();
    const card = await first().insert(type4Card({ message: () => tap, uid: () => randomBytes(4) }));
    await until(() => expect(sink.at(first().name)?.condition).toBe("collision"));
    expect(sink.causes()).toEqual(["collision"]);
    await card.remove();
    await until(() => expect(sink.at(first().name)?.condition).toBe("ready"));
    await seeGoodTap();
    expect(sink.taps).toHaveLength(1);
  });

  it.each<[string, VirtualCard, string]>([
    [
      "a card without NDEF",
      { answerToReset: answersToReset.type4, respond: () => ok.subarray(1) },
      "removed",
    ],
    [
      "a bank card",
      { answerToReset: answersToReset.type4, respond: () => Buffer.from("6a82", "hex") },
      "unsupported",
    ],
    [
      "a MIFARE Classic card",
      { answerToReset: answersToReset.mifareClassic, respond: () => ok },
      "unsupported",
    ],
    ["a web address", type4Card({ message: () => Buffer.from("d101025501" + "61", "hex") }), "not-a-tap"],
  ])("keep nothing of %s", async (_, foreign, cause) => {
    await begin(1);
    const card = await first().insert(foreign);
    await until(() => expect(sink.causes()).toContain(cause));
    await card.remove();
    await seeGoodTap();
    expect(sink.taps).toHaveLength(1);
  });

  it("free themselves of a card that goes silent, without a tap lost at other readers", async () => {
    await begin(2, { apduDeadlineMs: 400 });
    const [silentReader, other] = daemon.readers as [Pcscd["readers"][0], Pcscd["readers"][0]];
    const card = await silentReader.insert(after(5, tagOf(someTap()), "silence"));
    await until(() => expect(sink.at(silentReader.name)?.condition).toBe("stalled"));
    expect(sink.causes()).toEqual(["stalled"]);
    for (let count = 0; count < 5; count += 1) {
      const tap = someTap(8);
      const good = await other.insert(tagOf(tap));
      await until(() => expect(lastTap()).toEqual(tap));
      await good.remove();
    }
    expect(sink.causes()).toEqual(["stalled"]);
    await card.remove();
    await until(() => expect(sink.at(silentReader.name)?.condition).toBe("ready"));
    await seeGoodTap();
  });

  it("wait for room with a visible status, and offer no tap before", async () => {
    await begin(1);
    sink.hold();
    const [one, two] = [someTap(), someTap()];
    const card = await first().insert(tagOf(one));
    await until(() => expect(sink.at(first().name)?.condition).toBe("paused"));
    await card.remove();
    await first().insert(tagOf(two));
    await sleep(200);
    expect(sink.taps).toHaveLength(1);
    sink.release();
    await until(() => expect(lastTap()).toEqual(two));
    await until(() => expect(sink.at(first().name)?.condition).toBe("ready"));
  });

  it("come back by themselves when pcscd is killed and started again", async () => {
    await begin(2);
    await seeGoodTap();
    await daemon.stop("SIGKILL");
    await until(() => {
      expect(sink.at(first().name)?.condition).toBe("failed");
      expect(sink.at(pcscItself)).toMatchObject({ condition: "failed", detail: /pcscd/ });
    });
    await daemon.restart();
    await until(() => expect(sink.at(first().name)?.condition).toBe("ready"));
    expect(sink.at(pcscItself)?.condition).toBe("gone");
    await seeGoodTap();
  });

  it("come back by themselves when the reader process is killed, and do not read a lying tag twice", async () => {
    await begin(1);
    const tap = someTap();
    const card = await first().insert(tagOf(tap));
    await until(() => expect(sink.taps).toHaveLength(1));
    const [pid] = childPids();
    process.kill(pid!, "SIGKILL");
    await until(() => expect(sink.statuses.some(({ condition }) => condition === "failed")).toBe(true));
    await until(() => expect(sink.at(first().name)?.condition).toBe("ready"));
    await sleep(300);
    expect(sink.taps).toHaveLength(1);
    await card.remove();
    await seeGoodTap();
  });

  it("replace a reader process that has grown, between taps, and lose none", async () => {
    await begin(1, { maxChildRssBytes: 1, minChildLifeMs: 700 });
    const pids = new Set<number>();
    await until(() => {
      for (const pid of childPids()) pids.add(pid);
      expect(pids.size).toBeGreaterThan(2);
    });
    for (let count = 0; count < 10; count += 1) {
      await seeGoodTap();
      await sleep(50);
    }
    expect(sink.failures).toEqual([]);
    expect(sink.statuses.some(({ condition }) => condition === "failed")).toBe(false);
  });

  it("say that no reader is plugged in", async () => {
    await begin(0);
    await until(() =>
      expect(sink.at(pcscItself)).toMatchObject({ condition: "failed", detail: /no reader/ }),
    );
  });

  it("begin by themselves when pcscd comes later", async () => {
    daemon = await startPcscd({ readers: 1 });
    await daemon.stop();
    readers = pcscReaders({ now: Date.now, socketPath: daemon.socketPath });
    run = readers.run(sink, stop.signal);
    await until(() => expect(sink.at(pcscItself)?.condition).toBe("failed"));
    await daemon.restart();
    await seeGoodTap();
    await until(() => expect(sink.at(pcscItself)?.condition).toBe("gone"));
  });

  it("say that another program holds a card, and read it once that program ends", async () => {
    daemon = await startPcscd({ readers: 1 });
    const tap = someTap();
    await first().insert(tagOf(tap));
    const holder = fork(new URL("./hold-card.fixture.ts", import.meta.url), [first().name], {
      env: childEnvironment(daemon.socketPath),
      execArgv: [],
    });
    expect((await once(holder, "message"))[0]).toBe("held");
    readers = pcscReaders({ now: Date.now, socketPath: daemon.socketPath });
    run = readers.run(sink, stop.signal);
    await until(() => expect(sink.at(first().name)?.condition).toBe("busy"));
    expect(sink.at(first().name)?.detail).toMatch(/another program/);
    holder.kill("SIGKILL");
    await until(() => expect(lastTap()).toEqual(tap));
    await until(() => expect(sink.at(first().name)?.condition).toBe("ready"));
    expect(sink.causes()).toEqual(["busy"]);
  });

  it("show feedback at an ACR122U, and read on where the reader refuses the command", async () => {
    await begin(1, {}, "ACS ACR122U");
    const seen: string[] = [];
    const tap = someTap();
    const card = tagOf(tap);
    const lying = await first().insert({
      ...card,
      respond: (apdu) => {
        if (apdu[0] !== 0xff || apdu[1] !== 0x00) return card.respond(apdu);
        seen.push(apdu.toString("hex"));
        return Buffer.from("6300", "hex");
      },
    });
    await until(() => expect(sink.taps).toHaveLength(1));
    readers.feedback(first().name, "kept");
    await until(() => expect(seen).toContain("ff0040ae0401000101"));
    readers.configure({ rereads: 3, buzzer: false });
    readers.feedback(first().name, "accepted");
    await until(() => expect(seen.slice(1)).toEqual(["ff00400e0400000000", "ff00520000"]));
    await lying.remove();
    readers.feedback(first().name, "refused");
    readers.feedback("no such reader", "refused");
    await seeGoodTap();
    expect(sink.failures).toEqual([]);
  });
});
