import { expect, it, vi } from "vitest";
import { someTap } from "../../../../../tools/test-servers/pcscd/index.ts";
import type { TapRead } from "../reader.ts";
import { pcscItself, ReaderBook } from "./reader-book.ts";
import { RememberingSink } from "./sink.fixture.ts";

const readOf = (raw: Buffer, reader = "one"): TapRead => ({
  reader,
  raw,
  readAtEpochMs: 1,
  tag: "type-4",
  readMs: 2,
  rereads: 0,
});

function setUp() {
  const sink = new RememberingSink();
  const book = new ReaderBook(sink, () => 7);
  book.found("one");
  return { sink, book };
}

it("tells only what changed", () => {
  const { sink, book } = setUp();
  book.tell("one", "reading", "");
  book.tell("one", "reading", "");
  book.tell("one", "ready", "");
  expect(sink.statuses.map(({ condition }) => condition)).toEqual(["ready", "reading", "ready"]);
});

it("does not offer the tap of a tag a second time that a new process reads while it still lies there", async () => {
  const { sink, book } = setUp();
  const tap = someTap();
  await book.offer(readOf(tap));
  book.expectAgain();
  book.found("one");
  await book.offer(readOf(tap));
  expect(sink.taps).toHaveLength(1);
  book.left("one");
  await book.offer(readOf(tap));
  expect(sink.taps).toHaveLength(2);
});

it("offers a reader's taps one after the other, whichever process read them", async () => {
  const { sink, book } = setUp();
  sink.hold();
  const [one, two] = [someTap(), someTap()];
  const offers = [book.offer(readOf(one)), book.offer(readOf(two))];
  await vi.waitFor(() => expect(sink.at("one")?.condition).toBe("paused"), { timeout: 10_000 });
  expect(sink.taps).toHaveLength(1);
  sink.release();
  await Promise.all(offers);
  expect(sink.taps.map(({ raw }) => raw)).toEqual([one, two]);
});

it("forgets the tag that left even where its tap was still being taken", async () => {
  const { sink, book } = setUp();
  const tap = someTap();
  sink.hold();
  const first = book.offer(readOf(tap));
  book.left("one");
  const second = book.offer(readOf(tap));
  sink.release();
  await Promise.all([first, second]);
  expect(sink.taps).toHaveLength(2);
});

it("does not bring back a reader that is gone while its last tap waits for room", async () => {
  const { sink, book } = setUp();
  sink.hold();
  const offer = book.offer(readOf(someTap()));
  book.tell("one", "gone", "");
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(sink.at("one")?.condition).toBe("gone");
  sink.release();
  await offer;
});

it("says that a tap could not be kept, and takes it when it is offered again", async () => {
  const { sink, book } = setUp();
  const tap = someTap();
  sink.refuse = new Error("the agent stops");
  await book.offer(readOf(tap));
  expect(sink.failures).toMatchObject([{ reader: "one", cause: "failed", detail: /the agent stops/ }]);
  sink.refuse = null;
  await book.offer(readOf(tap));
  expect(sink.taps).toHaveLength(2);
});

it("lets go of readers that a new process does not name, and says when none is left", () => {
  const { sink, book } = setUp();
  book.found("two");
  book.expectAgain();
  book.found("two");
  book.settle();
  expect(sink.at("one")?.condition).toBe("gone");
  expect(sink.at("two")?.condition).toBe("ready");
  expect(sink.at(pcscItself)).toBeUndefined();
  book.tell("two", "gone", "");
  book.settle();
  expect(sink.at(pcscItself)).toMatchObject({ condition: "failed", detail: /no reader is plugged in/ });
  book.found("three");
  expect(sink.at(pcscItself)?.condition).toBe("gone");
});

it("remembers a silent card until it has left", () => {
  const { sink, book } = setUp();
  book.failed({ reader: "one", atEpochMs: 7, cause: "stalled", detail: "no answer" });
  book.markSilent("one", 5);
  expect(book.silent).toEqual({ one: 5 });
  book.expectAgain();
  book.found("one");
  expect(sink.at("one")).toMatchObject({ condition: "stalled", detail: /take it away/ });
  book.left("one");
  expect(book.silent).toEqual({});
});
