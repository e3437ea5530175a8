import { expect, it, vi } from "vitest";
import {
  after,
  someTap,
  type2Card,
  type4Card,
  type VirtualCard,
} from "../../../../../tools/test-servers/pcscd/index.ts";
import { FakeCardReader } from "./card-reader.fixture.ts";
import type { ChildBounds, FromChild } from "./messages.ts";
import { ReaderSession } from "./reader-session.ts";

const until = (check: () => void) => vi.waitFor(check, { timeout: 15_000, interval: 5 });
const tagOf = (tap: Buffer): VirtualCard => type4Card({ message: () => tap });

function setUp(options: { name?: string; bounds?: Partial<ChildBounds>; silentCounter?: number } = {}) {
  const reader = new FakeCardReader(options.name);
  const sent: FromChild[] = [];
  const settings = { rereads: 3, buzzer: true };
  let takesTaps = true;
  const session = new ReaderSession({
    reader,
    bounds: { apduDeadlineMs: 5000, tapDeadlineMs: 10_000, beatEveryMs: 250, ...options.bounds },
    settings: () => settings,
    silentCounter: options.silentCounter ?? null,
    send: (message) => {
      sent.push(message);
      if (message.type === "tap" && takesTaps) session.taken(message.id);
    },
    now: () => 1_800_000_000_000,
    monotonic: () => performance.now(),
  });
  const taps = () => sent.flatMap((message) => (message.type === "tap" ? [message.read.raw] : []));
  const causes = () => sent.flatMap((message) => (message.type === "failed" ? [message.failure.cause] : []));
  const types = () => sent.map(({ type }) => type);
  const holdTaps = () => {
    takesTaps = false;
  };
  return { reader, session, sent, settings, taps, causes, types, holdTaps };
}

it("reads each tag once, and says when none lies there", async () => {
  const { reader, taps, types } = setUp();
  const [one, two] = [someTap(), someTap()];
  reader.begin();
  await until(() => expect(types()).toEqual(["left", "condition"]));
  reader.lay(tagOf(one));
  await until(() => expect(taps()).toEqual([one]));
  reader.take();
  reader.lay(type2Card({ message: () => two }));
  await until(() => expect(taps()).toEqual([one, two]));
  expect(reader.overlaps).toBe(0);
});

it("sees a tag that was swapped for another while it was busy, though the flags are the same", async () => {
  const { reader, taps, causes } = setUp();
  const [one, two] = [someTap(200), someTap()];
  let sent = 0;
  reader.onTransmit = () => {
    sent += 1;
    if (sent === 8) reader.swap(tagOf(two));
  };
  reader.begin();
  reader.lay(tagOf(one));
  await until(() => expect(taps()).toEqual([two]));
  expect(causes()).toEqual(["removed"]);
  expect(reader.overlaps).toBe(0);
});

it("tells what a connect failed of, and tries again while the tag lies there", async () => {
  const { reader, taps, causes, sent } = setUp();
  const tap = someTap();
  reader.connectResults = ["0x80100066", "0x80100016"];
  reader.begin();
  reader.lay(tagOf(tap));
  await until(() => expect(taps()).toEqual([tap]));
  expect(causes()).toEqual([]);
  expect(sent.find((message) => message.type === "tap")).toMatchObject({ read: { rereads: 2 } });
  reader.take();
  reader.connectResults = ["0x80100066", "0x80100066", "0x80100066", "0x80100066"];
  reader.lay(tagOf(tap));
  await until(() => expect(causes()).toEqual(["failed"]));
});

it.each(["leave", "empty"] as const)("takes %s for a tag that was pulled away", async (how) => {
  const { reader, causes } = setUp();
  const card = tagOf(someTap());
  let answered = 0;
  const respond: VirtualCard["respond"] = (apdu) => {
    answered += 1;
    if (answered < 6) return card.respond(apdu);
    setTimeout(() => reader.take(), 5);
    return how === "leave" ? "leave" : Buffer.alloc(0);
  };
  reader.begin();
  reader.lay({ ...card, respond });
  await until(() => expect(causes()).toEqual(["removed"]));
});

it("touches a reader no more once a command of it went unanswered", async () => {
  const { reader, session, sent, types } = setUp({ bounds: { apduDeadlineMs: 50 } });
  reader.begin();
  reader.lay(after(4, tagOf(someTap()), "silence"));
  await until(() => expect(types()).toContain("silent"));
  expect(sent.at(-1)).toMatchObject({ type: "silent", counter: 1, failure: { cause: "stalled" } });
  const calls = reader.calls.length;
  expect(session.isIdle).toBe(true);
  reader.take();
  reader.lay(tagOf(someTap()));
  session.show("refused");
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(reader.calls).toHaveLength(calls);
});

it("ends a read that takes too long although each command is answered", async () => {
  const { reader, causes, types } = setUp({ bounds: { tapDeadlineMs: 60 } });
  const card = type4Card({ message: () => someTap(400) });
  reader.begin();
  reader.lay({
    ...card,
    respond: (apdu) => {
      const endAtMs = performance.now() + 10;
      while (performance.now() < endAtMs);
      return card.respond(apdu);
    },
  });
  await until(() => expect(causes()).toEqual(["stalled"]));
  expect(types()).not.toContain("silent");
});

it("leaves a silent card alone that lay there before, until it is gone or another lies there", async () => {
  const same = setUp({ silentCounter: 1 });
  same.reader.lay(tagOf(someTap()));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(same.reader.calls).toEqual([]);
  const tap = someTap();
  same.reader.take();
  same.reader.lay(tagOf(tap));
  await until(() => expect(same.taps()).toEqual([tap]));
  const other = setUp({ silentCounter: 7 });
  other.reader.lay(tagOf(tap));
  await until(() => expect(other.taps()).toEqual([tap]));
});

it("offers the next tap only when the one before was taken", async () => {
  const { reader, session, taps, sent, holdTaps } = setUp();
  holdTaps();
  const [one, two] = [someTap(), someTap()];
  reader.begin();
  reader.lay(tagOf(one));
  await until(() => expect(taps()).toEqual([one]));
  reader.take();
  reader.lay(tagOf(two));
  expect(session.isIdle).toBe(false);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(taps()).toEqual([one]);
  const tap = sent.find((message) => message.type === "tap");
  session.taken(tap?.type === "tap" ? tap.id : 0);
  await until(() => expect(taps()).toEqual([one, two]));
});

it("shows feedback without a card by the reader's own command, and stops asking a driver that lets none through", async () => {
  const { reader, session, taps } = setUp({ name: "ACS ACR122U 00 00" });
  reader.begin();
  session.show("refused");
  await until(() => expect(reader.controls).toEqual(["42000dac ff00405d0401010201"]));
  await until(() => expect(session.isIdle).toBe(true));
  reader.controlResult = "0x80100016";
  for (let count = 0; count < 6; count += 1) {
    session.show("paused");
    await until(() => expect(session.isIdle).toBe(true));
  }
  expect(reader.controls).toHaveLength(4);
  const tap = someTap();
  reader.lay(tagOf(tap));
  await until(() => expect(taps()).toEqual([tap]));
  expect(reader.overlaps).toBe(0);
});

it("sends no commands of an ACR122U to another reader", async () => {
  const { reader, session } = setUp({ name: "Identiv uTrust 3700 F" });
  reader.begin();
  session.show("refused");
  await until(() => expect(session.isIdle).toBe(true));
  expect(reader.calls).toEqual([]);
});

it("looks again where a command for the lights finds another card than the one that was read", async () => {
  const { reader, session, taps } = setUp({ name: "ACS ACR122U 00 00" });
  const [one, two] = [someTap(), someTap()];
  let isSwapped = false;
  const [first, second] = [tagOf(one), tagOf(two)];
  reader.begin();
  reader.lay({
    ...first,
    respond: (apdu) => {
      if (apdu[0] !== 0xff || apdu[2] !== 0x40) return (isSwapped ? second : first).respond(apdu);
      isSwapped = true;
      return "leave";
    },
  });
  await until(() => expect(taps()).toEqual([one]));
  session.show("kept");
  await until(() => expect(taps()).toEqual([one, two]));
});
