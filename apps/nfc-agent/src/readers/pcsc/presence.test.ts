import { expect, it } from "vitest";
import { nextPresence, nobody } from "./presence.ts";

const [empty, present, inUse] = [0x10, 0x20, 0x100];
const state = (counter: number, flags: number) => ((counter << 16) | flags) >>> 0;

it("counts each card that comes as a visit of its own", () => {
  const came = nextPresence(nobody, state(1, present));
  const left = nextPresence(came, state(2, empty));
  const cameAgain = nextPresence(left, state(3, present));
  expect([came, left, cameAgain].map(({ isPresent }) => isPresent)).toEqual([true, false, true]);
  expect(new Set([nobody, came, left, cameAgain].map(({ visit }) => visit)).size).toBe(4);
});

it("sees a card that was swapped for another within one event: only the counter shows it", () => {
  const first = nextPresence(nobody, state(1, present));
  const second = nextPresence(first, state(3, present));
  expect(second).toMatchObject({ isPresent: true, visit: first.visit + 1 });
});

it("takes a change of use for no change of card", () => {
  const came = nextPresence(nobody, state(1, present));
  expect(nextPresence(came, state(1, present | inUse))).toEqual(came);
});

it("takes no notice of a state that is older than the one it knows", () => {
  const came = nextPresence(nobody, state(0x79, present));
  const left = nextPresence(came, state(0x7a, empty));
  expect(nextPresence(left, state(0x79, present | inUse))).toBe(left);
});

it("believes the first state, however often cards came before", () => {
  expect(nextPresence(nobody, state(0xfff0, present))).toMatchObject({ isPresent: true, visit: 1 });
});

it("bears a counter that is full", () => {
  const before = nextPresence(nobody, state(0xffff, present));
  expect(before.counter).toBe(0xffff);
  expect(nextPresence(before, state(1, present)).visit).toBe(before.visit + 1);
});
