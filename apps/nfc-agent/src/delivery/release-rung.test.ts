import type { AckLevel } from "@tapline/core/tap";
import { beforeEach, expect, it } from "vitest";
import { ReleaseRung } from "./release-rung.ts";

let [nowMs, lowered]: [number, AckLevel[]] = [0, []];
beforeEach(() => {
  [nowMs, lowered] = [100, []];
});

const rungOf = (wanted: AckLevel, told = true): ReleaseRung =>
  new ReleaseRung(wanted, { told, monotonic: () => nowMs, onLowered: (rung) => lowered.push(rung) });

it("is lowered below the archive only once the server was told of it", () => {
  const rung = rungOf("archived");
  nowMs = 200;
  rung.want("durable");
  // That report left before it was wanted, and says nothing of it.
  rung.told(199);
  expect([rung.current, lowered]).toEqual(["archived", []]);
  rung.told(200);
  expect([rung.current, lowered]).toEqual(["durable", ["durable"]]);
  rung.want("accepted");
  expect([rung.current, lowered]).toEqual(["accepted", ["durable", "accepted"]]);
  rung.told(300);
  expect(lowered).toHaveLength(2);
});

it("is raised at once, also while a lower one waits to be told", () => {
  const rung = rungOf("archived");
  rung.want("durable");
  rung.want("proven");
  rung.told(300);
  expect([rung.current, lowered]).toEqual(["proven", []]);
  rung.want("archived");
  expect([rung.current, lowered]).toEqual(["archived", ["archived"]]);
});

it("is what is wanted at a start, and where no server is told of anything", () => {
  expect(rungOf("durable").current).toBe("durable");
  const rung = rungOf("archived", false);
  rung.want("accepted");
  expect([rung.current, lowered]).toEqual(["accepted", ["accepted"]]);
});
