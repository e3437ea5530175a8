import { expect, test } from "vitest";
import { FewAtOnce } from "./few-at-once.ts";

const tooMany = () => new Error("too many");

test("few run at once, the next in the order in which they came, and more than may wait are refused", async () => {
  const few = new FewAtOnce(2, 2);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const run = (id: number) =>
    few.run(() => {
      begun.push(id);
      return new Promise<void>((resolve) => ends.push(resolve));
    }, tooMany);
  const acts = [1, 2, 3, 4].map(run);
  await expect(run(5)).rejects.toThrow("too many");
  expect(begun).toEqual([1, 2]);
  ends[1]?.();
  await acts[1];
  expect(begun).toEqual([1, 2, 3]);
  for (let each = 0; each < 4; each++) {
    for (const end of ends) end();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(acts);
  expect(begun).toEqual([1, 2, 3, 4]);
});

test("one who asks for more than his places is refused, while others still find some; what ended counts no more", async () => {
  const few = new FewAtOnce(1, 3, 2);
  const ends: (() => void)[] = [];
  const run = (who: string | null) =>
    few.run(() => new Promise<void>((resolve) => ends.push(resolve)), tooMany, who);
  const acts = [run("ann"), run("ann")];
  await expect(run("ann")).rejects.toThrow("too many");
  acts.push(run("bob"), run(null));
  await expect(run("bob")).rejects.toThrow("too many");
  for (const [n, act] of acts.entries()) {
    await expect.poll(() => ends.length).toBe(n + 1);
    ends[n]?.();
    await act;
  }
  expect(await few.run(async () => "again", tooMany, "ann")).toBe("again");
});

test("an act that fails makes room for the next one", async () => {
  const few = new FewAtOnce(1, 1);
  const fails = few.run(() => Promise.reject(new Error("it failed")), tooMany);
  const next = few.run(async () => "done", tooMany);
  await expect(fails).rejects.toThrow("it failed");
  expect(await next).toBe("done");
  expect(await few.run(async () => "again", tooMany)).toBe("again");
});
