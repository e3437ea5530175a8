import { expect, test } from "vitest";
import { type FaultChannel, FaultPoints } from "./fault-points.ts";
import { asItIs, instrumentWith } from "./instrument.ts";
import type { FaultNews } from "./messages.ts";

class Shelf {
  readonly #put: string[] = [];
  get size(): number {
    return this.#put.length;
  }
  async put(thing: string): Promise<number> {
    if (thing === "") throw new Error("nothing");
    return this.#put.push(thing);
  }
  take(): Promise<string | undefined> {
    return Promise.resolve(this.#put.pop());
  }
  clear(): void {
    this.#put.length = 0;
  }
}

function setUp() {
  const news: FaultNews[] = [];
  let deaths = 0;
  let tell: (message: unknown) => void = () => undefined;
  const channel: FaultChannel = {
    send: (one) => void news.push(one),
    listen: (onMessage) => {
      tell = onMessage;
    },
    die: () => void deaths++,
  };
  const shelf = instrumentWith(new FaultPoints(channel))("shelf", new Shelf(), {
    promising: ["take"],
    detailOf: (method, [thing]) => (method === "put" && thing === "cup" ? "cup" : null),
  });
  return { news, shelf, tell: (message: object) => tell(message), deaths: () => deaths };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test("a port behind fault points works as before, private fields and synchronous methods too", async () => {
  const { shelf, news } = setUp();
  expect(await shelf.put("cup")).toBe(1);
  expect(shelf.size).toBe(1);
  expect(await shelf.take()).toBe("cup");
  await shelf.put("jar");
  expect(shelf.clear()).toBeUndefined();
  expect(shelf.size).toBe(0);
  await expect(shelf.put("")).rejects.toThrow("nothing");
  expect(news).toEqual([]);
});

test("lists every point, passed or not; after a failed call no point is passed", async () => {
  const { shelf, news, tell } = setUp();
  await shelf.put("cup");
  await shelf.put("jar");
  await shelf.put("").catch(() => undefined);
  tell({ type: "fault.list" });
  expect(news).toEqual([
    {
      type: "fault.passes",
      passes: {
        "before:shelf.put": 2,
        "after:shelf.put": 1,
        "before:shelf.put#cup": 1,
        "after:shelf.put#cup": 1,
        "before:shelf.take": 0,
        "after:shelf.take": 0,
      },
    },
  ]);
});

test("holds one pass of an armed point until it is told to go on", async () => {
  const { shelf, news, tell } = setUp();
  tell({ type: "fault.arm", point: "before:shelf.put" });
  const first = shelf.put("jar");
  expect(await shelf.put("pan")).toBe(1);
  expect(news).toEqual([{ type: "fault.at", point: "before:shelf.put", nth: 1, pass: 1 }]);
  tell({ type: "fault.order", pass: 1, order: "go" });
  expect(await first).toBe(2);
});

test("at a point after, the effect is there and the caller does not know", async () => {
  const { shelf, tell, news } = setUp();
  tell({ type: "fault.arm", point: "after:shelf.put" });
  let known = false;
  const put = shelf.put("jar").then(() => {
    known = true;
  });
  await settle();
  expect([shelf.size, known, news.length]).toEqual([1, false, 1]);
  tell({ type: "fault.disarm" });
  await put;
});

test("dies at a point, or stalls there", async () => {
  const { shelf, tell, deaths } = setUp();
  tell({ type: "fault.arm", point: "before:shelf.put" });
  const put = shelf.put("jar");
  tell({ type: "fault.order", pass: 1, order: "die" });
  await put;
  expect(deaths()).toBe(1);
  tell({ type: "fault.arm", point: "before:shelf.put" });
  const before = performance.now();
  const stalled = shelf.put("jar");
  tell({ type: "fault.order", pass: 2, order: "stall", stallMs: 50 });
  await stalled;
  expect(performance.now() - before).toBeGreaterThan(45);
});

test("what makes no sense is left alone; a port without points is the port itself", async () => {
  const { shelf, tell, news } = setUp();
  tell({ type: "fault.order", pass: 99, order: "go" });
  tell({ type: "something else" });
  expect(await shelf.put("jar")).toBe(1);
  expect(news).toEqual([]);
  const plain = new Shelf();
  expect(asItIs("shelf", plain)).toBe(plain);
});
