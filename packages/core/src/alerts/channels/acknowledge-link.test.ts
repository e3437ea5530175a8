import fc from "fast-check";
import { expect, test } from "vitest";
import { breach, person, watch } from "../alert.fixture.ts";
import {
  applyAct,
  applyEvent,
  deliveryKey,
  type LinkClaim,
  linkToken,
  openAlert,
  readLinkToken,
} from "../index.ts";

const key = Buffer.alloc(32, 1);
const claim: LinkClaim = {
  ...{ alertId: "01936f2b-7a00-7000-8000-000000000001", rev: 3, channel: "ada-mail", endsAtEpochMs: 1_000 },
};

test("a link says for what, to whom, and until when", () => {
  const token = linkToken(key, claim);
  expect(readLinkToken(key, token, 999)).toEqual(claim);
  expect(() => readLinkToken(key, token, 1_000)).toThrow("time is over");
  expect(token).toMatch(/^[\w-]+\.[\w-]+$/);
});

test("nothing of a link can be changed, and no other key makes one", () => {
  const token = linkToken(key, claim);
  fc.assert(
    fc.property(fc.nat({ max: token.length - 2 }), fc.constantFrom(..."AQgw_-09.z"), (place, letter) => {
      fc.pre(token[place] !== letter);
      const changed = token.slice(0, place) + letter + token.slice(place + 1);
      expect(() => readLinkToken(key, changed, 0)).toThrow("none of ours");
    }),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(() => readLinkToken(key, text, 0)).toThrow("none of ours");
    }),
  );
  expect(() => readLinkToken(Buffer.alloc(32, 2), token, 0)).toThrow("none of ours");
  expect(() => readLinkToken(key, `${token}.x`, 0)).toThrow("none of ours");
});

test("what a link lets one do is done once: after it, and after a new raise, its revision is an old one", () => {
  const by = (atEpochMs: number) => ({ atEpochMs, actor: watch });
  const opened = openAlert(claim.alertId, breach, by(0)).alert;
  const acknowledge = (alert: typeof opened, rev: number) =>
    applyAct(alert, { kind: "acknowledge", note: null }, { atEpochMs: 1, actor: person("x"), seenRev: rev });
  const acknowledged = acknowledge(opened, opened.rev).alert;
  expect(() => acknowledge(acknowledged, opened.rev)).toThrow("changed since you looked");
  const over = applyEvent(opened, { kind: "clear", value: 0, peakValue: null, note: null }, by(2))?.alert;
  const again = over && applyEvent(over, { kind: "raise", ...breach, breachedAtEpochMs: 3 }, by(3))?.alert;
  expect(() => again && acknowledge(again, opened.rev)).toThrow("raised again");
});

test("deliveries have one name each, and the same one however often they are made", () => {
  const place = fc.record({
    alertId: fc.constantFrom("a", "b", 'a","b'),
    rev: fc.nat(3),
    kind: fc.constantFrom("call", "over"),
    channel: fc.constantFrom("x", "y", "1"),
    step: fc.nat(3),
  });
  fc.assert(
    fc.property(place, place, (one, other) => {
      const same = JSON.stringify(one) === JSON.stringify(other);
      expect(deliveryKey({ ...one }) === deliveryKey(other)).toBe(same);
    }),
  );
});
