import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { sha256Hex } from "@tapline/core/kernel";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  after,
  answersToReset,
  missingPcsc,
  ok,
  someTap,
  type4Card,
  type VirtualCard,
} from "../../../../../tools/test-servers/pcscd/index.ts";
import { ReaderDesk, tagOf, until } from "./reader-desk.fixture.ts";

const missing = await missingPcsc();
let desk: ReaderDesk;

beforeEach(() => {
  desk = new ReaderDesk();
});
afterEach(() => desk.clear());

describe.skipIf(missing !== null)("readers by PC/SC at a real pcscd", () => {
  it("read 16 readers at once, Type 2 and Type 4 mixed, each tap once and to the last byte", async () => {
    await desk.begin(16);
    const rounds = 6;
    const expected = new Map<string, string[]>();
    await Promise.all(
      desk.daemon.readers.map(async ({ name, insert }, index) => {
        const digests: string[] = [];
        expected.set(name, digests);
        for (let round = 0; round < rounds; round += 1) {
          const kind = (index + round) % 2 === 0 ? "type-2" : "type-4";
          const tap = someTap(kind === "type-2" ? 90 : 300);
          digests.push(sha256Hex(tap));
          const card = await insert(tagOf(tap, kind));
          await until(() => expect(desk.sink.taps.some(({ raw }) => raw.equals(tap))).toBe(true));
          await card.remove();
        }
      }),
    );
    for (const [name, digests] of expected) {
      const read = desk.sink.taps.filter(({ reader }) => reader === name).map(({ raw }) => sha256Hex(raw));
      expect(read).toEqual(digests);
    }
    expect(desk.sink.failures).toEqual([]);
    for (const { tag, readMs, readAtEpochMs } of desk.sink.taps) {
      expect(["type-2", "type-4"]).toContain(tag);
      expect(readMs).toBeGreaterThan(0);
      expect(Math.abs(Date.now() - readAtEpochMs)).toBeLessThan(60_000);
    }
  });

  it("read a tag that is left lying once, and the next one after it", async () => {
    await desk.begin(1);
    const tap = someTap();
    const card = await desk.first.insert(tagOf(tap));
    await until(() => expect(desk.sink.taps).toHaveLength(1));
    await sleep(300);
    expect(desk.sink.taps).toHaveLength(1);
    await card.remove();
    await desk.seeGoodTap();
    expect(desk.sink.taps).toHaveLength(2);
  });

  it("say that a tag was pulled away while it was read", async () => {
    await desk.begin(1);
    await desk.first.insert(after(7, tagOf(someTap(300)), "leave"));
    await until(() => expect(desk.sink.causes()).toContain("removed"));
    await desk.seeGoodTap();
    expect(desk.sink.taps).toHaveLength(1);
  });

  it("bear a tag that flaps at the edge of the field", async () => {
    await desk.begin(1);
    for (let count = 0; count < 12; count += 1) {
      const card = await desk.first.insert(tagOf(someTap(300)));
      await sleep(5 + count * 3);
      await card.remove();
    }
    await desk.seeGoodTap();
  });

  it("see a tag that was swapped for another while it was read", async () => {
    await desk.begin(1);
    const tap = someTap();
    await desk.first.insert(after(8, tagOf(someTap(300)), "leave"));
    await desk.first.insert(tagOf(tap));
    await until(() => expect(desk.lastTap).toEqual(tap));
    expect(desk.sink.taps).toHaveLength(1);
  });

  it("lose no tap where one tag was swapped for another while the reader process was not looking", async () => {
    await desk.begin(1);
    const [one, two] = [someTap(), someTap()];
    const card = await desk.first.insert(tagOf(one));
    await until(() => expect(desk.lastTap).toEqual(one));
    const pid = (await desk.childPids())[0]!;
    process.kill(pid, "SIGSTOP");
    await card.remove();
    await sleep(150);
    await desk.first.insert(tagOf(two));
    await sleep(150);
    process.kill(pid, "SIGCONT");
    await until(() => expect(desk.lastTap).toEqual(two));
    expect(await desk.childPids()).toEqual([pid]);
  });

  it("read a torn tag again, and keep what holds still", async () => {
    await desk.begin(1);
    const [old, fresh] = [someTap(), someTap()];
    let commands = 0;
    const card = type4Card({ message: () => (commands < 8 ? old : fresh) });
    await desk.first.insert({
      ...card,
      respond: (apdu) => {
        commands += 1;
        return card.respond(apdu);
      },
    });
    await until(() => expect(desk.sink.taps).toHaveLength(1));
    expect(desk.sink.taps[0]).toMatchObject({ raw: fresh, rereads: 1 });
  });

  it("give up on a tag that never holds still, and say so", async () => {
    await desk.begin(1);
    desk.readers.configure({ rereads: 1, buzzer: false });
    const card = await desk.first.insert(type4Card({ message: () => someTap() }));
    await until(() => expect(desk.sink.causes()).toEqual(["torn"]));
    await card.remove();
    await desk.seeGoodTap();
  });

  it("take neither of two tags in the field", async () => {
    await desk.begin(1);
    const tap = someTap();
    const card = await desk.first.insert(type4Card({ message: () => tap, uid: () => randomBytes(4) }));
    await until(() => expect(desk.sink.at(desk.first.name)?.condition).toBe("collision"));
    expect(desk.sink.causes()).toEqual(["collision"]);
    await card.remove();
    await until(() => expect(desk.sink.at(desk.first.name)?.condition).toBe("ready"));
    await desk.seeGoodTap();
    expect(desk.sink.taps).toHaveLength(1);
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
    await desk.begin(1);
    const card = await desk.first.insert(foreign);
    await until(() => expect(desk.sink.causes()).toContain(cause));
    await card.remove();
    await desk.seeGoodTap();
    expect(desk.sink.taps).toHaveLength(1);
  });
});
