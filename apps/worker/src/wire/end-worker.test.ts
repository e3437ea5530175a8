import { expect, test } from "vitest";
import { type Ending, endWorker } from "./end-worker.ts";

const never = new Promise<never>(() => undefined);
const told = () => {
  const lines: { facts: object; text: string }[] = [];
  const warn = (facts: object, text: string) => void lines.push({ facts, text });
  return { lines, log: { warn } as unknown as Parameters<typeof endWorker>[2] };
};
/** Each notes its end. */
const endings = (order: string[], ...names: string[]): Ending[] =>
  names.map((name) => ({ name, stop: async () => void order.push(name) }));

test("work ends before the queues, these before the last report, which has all that was done, and the stores that both need", async () => {
  const order: string[] = [];
  const { lines, log } = told();
  const work = [
    {
      name: "slow",
      stop: () => new Promise<void>((resolve) => setTimeout(resolve, 20)).then(() => void order.push("slow")),
    },
    ...endings(order, "quick"),
  ];
  const queues = [
    {
      name: "queues",
      stop: () =>
        new Promise<void>((resolve) => setTimeout(resolve, 20)).then(() => void order.push("queues")),
    },
  ];
  const [reports, stores] = [endings(order, "reports"), endings(order, "archives", "postgresql")];
  await endWorker(60_000, { work, queues, reports, stores }, log);
  expect(order).toEqual(["quick", "slow", "queues", "reports", "archives", "postgresql"]);
  expect(lines).toEqual([]);
});

test("what hangs holds up nothing else, whichever it is, and is named", async () => {
  const order: string[] = [];
  const { lines, log } = told();
  const hangs = (name: string): Ending => ({ name, stop: () => never });
  await endWorker(
    10,
    {
      work: [hangs("audit"), ...endings(order, "kpi")],
      queues: [hangs("queues")],
      reports: [hangs("reports")],
      stores: [hangs("archives"), ...endings(order, "postgresql")],
    },
    log,
  );
  expect(order).toEqual(["kpi", "postgresql"]);
  expect(lines.map(({ facts }) => facts)).toMatchObject([
    { parts: ["audit"], waitedMs: 10 },
    { parts: ["queues"] },
    { parts: ["reports", "archives"] },
  ]);
});

test("what fails is told and holds up nothing else; what is done after it had its grace is told how much is left", async () => {
  const order: string[] = [];
  const { lines, log } = told();
  const fault = new Error("gone");
  const left: number[] = [];
  await endWorker(
    60_000,
    {
      work: [{ name: "kpi", stop: () => Promise.reject(fault) }],
      queues: [{ name: "queues", stop: async (graceMs) => void left.push(graceMs) }],
      ...{ reports: [], stores: endings(order, "archives") },
    },
    log,
  );
  expect(lines).toEqual([{ facts: { part: "kpi", err: fault }, text: "a part did not end in order" }]);
  expect(order).toEqual(["archives"]);
  expect(left[0]).toBeGreaterThan(0);
  expect(left[0]).toBeLessThanOrEqual(60_000);
});

test("what was left as it is is named once, though it fails when what it needs is closed", async () => {
  const { lines, log } = told();
  let close = (_error: Error): void => undefined;
  const closed = new Promise<never>((_resolve, reject) => {
    close = reject;
  });
  const stores = [{ name: "postgresql", stop: async () => close(new Error("closed")) }];
  await endWorker(
    10,
    { work: [{ name: "audit", stop: () => closed }], queues: [], reports: [], stores },
    log,
  );
  await closed.catch(() => undefined);
  await new Promise((resolve) => setImmediate(resolve));
  expect(lines.map(({ facts }) => facts)).toMatchObject([{ parts: ["audit"] }]);
});
