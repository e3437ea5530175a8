import { expect, test } from "vitest";
import { StartLanes } from "./start-lanes.ts";

const never = new AbortController().signal;

/** Starts through lanes, each of which lasts until its name is let go. */
function openLanes(slowAfterMs: number) {
  const lanes = new StartLanes(2, slowAfterMs);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const start = (name: string, isAgain = false, signal = never) =>
    lanes.run(isAgain, signal, async () => {
      begun.push(name);
      await new Promise<void>((resolve) => void ends.set(name, resolve));
    });
  return { begun, start, end: (name: string) => ends.get(name)?.() };
}

const hourMs = 3_600_000;

test("starts as many at once as there are lanes, and what died before what is new", async () => {
  const { begun, start, end } = openLanes(hourMs);
  const all = ["a", "b", "c"].map((name) => start(name));
  all.push(start("died", true));
  await expect.poll(() => begun).toEqual(["a", "b"]);
  for (const name of ["a", "b", "died", "c"]) {
    await expect.poll(() => begun).toContain(name);
    end(name);
  }
  await Promise.all(all);
  expect(begun).toEqual(["a", "b", "died", "c"]);
  const more = ["d", "e", "f"].map((name) => start(name));
  await expect.poll(() => begun.slice(4)).toEqual(["d", "e"]);
  for (const name of ["d", "e", "f"]) {
    await expect.poll(() => begun).toContain(name);
    end(name);
  }
  await Promise.all(more);
});

test("one that is slow lets the next begin beside it, and gives up its lane but once", async () => {
  const { begun, start, end } = openLanes(50);
  const all = ["a", "b", "c"].map((name) => start(name));
  await expect.poll(() => begun).toEqual(["a", "b", "c"]);
  for (const name of ["a", "b", "c"]) end(name);
  await Promise.all(all);
});

test("what was broken off while it waited does not start, and holds up nobody", async () => {
  const { begun, start, end } = openLanes(hourMs);
  const [a, b] = [start("a"), start("b")];
  const breaking = new AbortController();
  const broken = start("broken", false, breaking.signal);
  const c = start("c");
  await expect.poll(() => begun).toEqual(["a", "b"]);
  breaking.abort(new Error("no more wanted"));
  end("a");
  await expect(broken).rejects.toThrow("no more wanted");
  await expect.poll(() => begun).toEqual(["a", "b", "c"]);
  end("b");
  end("c");
  await Promise.all([a, b, c]);
});
