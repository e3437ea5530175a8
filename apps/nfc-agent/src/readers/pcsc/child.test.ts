import { EventEmitter } from "node:events";
import type { NFC, Reader } from "nfc-pcsc";
import { expect, it, vi } from "vitest";
import { FakeCardReader } from "./card-reader.fixture.ts";
import { PcscChild } from "./child.ts";
import type { FromChild, ToChild } from "./messages.ts";

const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 5 });
const bounds = { apduDeadlineMs: 1000, tapDeadlineMs: 5000, beatEveryMs: 60_000 };
const start: ToChild = {
  type: "start",
  binding: "nfc-pcsc",
  bounds,
  settings: { rereads: 3, buzzer: true },
  silent: {},
};

class FakeReader extends EventEmitter implements Reader {
  readonly reader: FakeCardReader;
  autoProcessing = true;

  constructor(name: string) {
    super();
    this.reader = new FakeCardReader(name);
  }

  get name(): string {
    return this.reader.name;
  }
}

function setUp(load?: (nfc: NFC) => Promise<{ NFC: new () => NFC }>) {
  const nfc = new EventEmitter() as NFC;
  const sent: FromChild[] = [];
  const child = new PcscChild({
    send: (message) => sent.push(message),
    load: () =>
      load?.(nfc) ??
      Promise.resolve({
        NFC: class {
          constructor() {
            // biome-ignore lint/correctness/noConstructorReturn: the test keeps hold of what the child constructs
            return nfc;
          }
        } as unknown as new () => NFC,
      }),
    rssBytes: () => 4711,
    now: Date.now,
    monotonic: () => performance.now(),
  });
  child.receive(start);
  return { nfc, sent, child };
}

it("says how much memory it holds, and that it looks for readers", async () => {
  const { sent } = setUp();
  await until(() => expect(sent).toContainEqual({ type: "loaded" }));
  expect(sent[0]).toEqual({ type: "beat", rssBytes: 4711, isIdle: true });
});

it.each([
  ["is not installed", () => Promise.reject(new Error("Cannot find package 'nfc-pcsc'"))],
  [
    "cannot be constructed",
    () =>
      Promise.resolve({
        NFC: class {
          constructor() {
            throw new Error("SCardEstablishContext error");
          }
        } as unknown as new () => NFC,
      }),
  ],
  ["is something else", () => Promise.resolve({} as { NFC: new () => NFC })],
])("says so where nfc-pcsc %s", async (_, load) => {
  const { sent } = setUp(load);
  await until(() => expect(sent.at(-1)).toMatchObject({ type: "unusable" }));
});

it("keeps nfc-pcsc from connecting to cards by itself", async () => {
  const { nfc, sent } = setUp();
  await until(() => expect(sent).toContainEqual({ type: "loaded" }));
  const reader = new FakeReader("one");
  const own = vi.fn();
  reader.reader.on("status", own);
  nfc.emit("reader", reader);
  expect(reader.autoProcessing).toBe(false);
  reader.reader.begin();
  expect(own).not.toHaveBeenCalled();
  await until(() => expect(sent).toContainEqual({ type: "left", reader: "one" }));
});

it("tells a reader that is unplugged from a daemon that is gone", async () => {
  const { nfc, sent } = setUp();
  await until(() => expect(sent).toContainEqual({ type: "loaded" }));
  const [unplugged, cut] = [new FakeReader("unplugged"), new FakeReader("cut")];
  nfc.emit("reader", unplugged);
  nfc.emit("reader", cut);
  unplugged.emit("end");
  expect(sent.at(-1)).toMatchObject({ type: "condition", reader: "unplugged", condition: "gone" });
  cut.emit("error", new Error("SCardGetStatusChange error: RPC transport error.(0x80100013)"));
  cut.emit("end");
  expect(sent.at(-1)).toMatchObject({ type: "lost" });
  nfc.emit("error", new Error("Command cancelled.(0x80100002)"));
  expect(sent.at(-1)).toMatchObject({ type: "lost", detail: /cancelled/ });
});
