import { expect, test } from "vitest";
import { PasswordTries } from "./password-tries.ts";

const by = (sessionId: string) => ({ userId: "ada", sessionId });

test("five from a session are taken within ten minutes, and another session of the person has five of its own", () => {
  let nowEpochMs = 0;
  const tries = new PasswordTries(() => nowEpochMs);
  const from = (sessionId: string, count: number) =>
    Array.from({ length: count }, () => tries.begin(by(sessionId)) !== null);
  expect(from("stolen", 6)).toEqual([true, true, true, true, true, false]);
  expect(from("own", 1)).toEqual([true]);
  nowEpochMs = 600_000;
  expect(from("stolen", 1)).toEqual([true]);
});

test("of a person twenty are taken, however many sessions they come from, and nobody else is locked out", () => {
  const tries = new PasswordTries(() => 0);
  const taken = Array.from({ length: 30 }, (_, n) => tries.begin(by(`stolen-${n}`)) !== null);
  expect(taken.filter(Boolean)).toHaveLength(20);
  expect(tries.begin({ userId: "grace", sessionId: "own" })).not.toBeNull();
});

test("a right one lets its session begin anew, and leaves what others have tried", () => {
  const tries = new PasswordTries(() => 0);
  for (let count = 0; count < 15; count++) tries.begin(by(`stolen-${count}`));
  for (let count = 0; count < 4; count++) tries.begin(by("own"));
  const right = tries.begin(by("own"));
  if (right === null) throw new Error("it was not taken");
  tries.wasRight(right);
  expect(Array.from({ length: 6 }, () => tries.begin(by("own")) !== null)).toEqual([
    ...[true, true, true, true, true],
    false,
  ]);
});

test("one of which nothing could be found out does not count", () => {
  const tries = new PasswordTries(() => 0);
  for (let count = 0; count < 100; count++) {
    const begun = tries.begin(by("own"));
    if (begun === null) throw new Error("it was not taken");
    tries.wasNone(begun);
  }
});
