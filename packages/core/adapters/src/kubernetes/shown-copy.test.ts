import { expect, test } from "vitest";
import { shownResources } from "./read-landscape.ts";
import { objectSchema } from "./resources.ts";
import { ShownCopy } from "./shown-copy.ts";

const pod = (uid: string, resourceVersion: string) =>
  objectSchema.parse({ metadata: { name: uid, uid, resourceVersion } });
const none = new ShownCopy().shown();
const whole = (...pods: ReturnType<typeof pod>[]): ShownCopy => {
  const copy = new ShownCopy();
  for (const resource of shownResources) copy.all(resource, resource === "pods" ? pods : []);
  return copy;
};
/** Whether the copy counts, after a list of these pods that was asked for when it stood as it does. */
const countsAfter = (copy: ShownCopy, ...pods: ReturnType<typeof pod>[]): boolean => {
  copy.await({ ...none, pods }, copy.shown());
  return copy.isCaughtUp;
};

test("it counts once all resources are known, and no more where one was lost", () => {
  const copy = new ShownCopy();
  for (const resource of shownResources) {
    expect(copy.isWhole).toBe(false);
    copy.all(resource, []);
  }
  expect(copy.isCaughtUp).toBe(true);
  copy.lose("pods");
  expect(copy.isCaughtUp).toBe(false);
  copy.all("pods", []);
  expect(copy.isCaughtUp).toBe(true);
});

test("it counts where it is as new as what was listed, or newer: by the number of the version", () => {
  expect(countsAfter(whole(pod("a", "9")), pod("a", "9"))).toBe(true);
  expect(countsAfter(whole(pod("a", "10")), pod("a", "9"))).toBe(true);
  const copy = whole(pod("a", "9"));
  expect(countsAfter(copy, pod("a", "11"))).toBe(false);
  copy.put("pods", pod("a", "10"));
  expect(copy.isCaughtUp).toBe(false);
  copy.put("pods", pod("a", "11"));
  expect(copy.isCaughtUp).toBe(true);
});

test("a version that is no number is only the same or another one", () => {
  const copy = whole(pod("a", "x"));
  expect(countsAfter(copy, pod("a", "y"))).toBe(false);
  copy.put("pods", pod("a", "z"));
  expect(copy.isCaughtUp).toBe(false);
  expect(countsAfter(copy, pod("a", "z"))).toBe(true);
});

test("what came or went by a list has come or gone in it, too, before it counts", () => {
  const copy = whole(pod("a", "1"));
  expect(countsAfter(copy, pod("b", "2"))).toBe(false);
  copy.put("pods", pod("b", "2"));
  expect(copy.isCaughtUp).toBe(false);
  copy.gone("pods", pod("a", "3"));
  expect(copy.isCaughtUp).toBe(true);
  expect(copy.shown().pods.map(({ metadata }) => metadata.uid)).toEqual(["b"]);
  expect(countsAfter(copy, pod("b", "5"))).toBe(false);
  copy.all("pods", [pod("b", "6")]);
  expect(copy.isCaughtUp).toBe(true);
});

test("what came while it was listed is no fault of the copy", () => {
  const copy = whole();
  const before = copy.shown();
  copy.put("pods", pod("new", "4"));
  copy.await(none, before);
  expect(copy.isCaughtUp).toBe(true);
});
