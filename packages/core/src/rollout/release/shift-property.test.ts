import fc from "fast-check";
import { expect, test } from "vitest";
import { isOver, type ShiftAct, stepsBy, turnShiftBack } from "../index.ts";
import { bad, good, missing, World } from "./shift.fixture.ts";
import { replicasFor } from "./shift.ts";

/** What may come between two looks. */
const happening = fc.oneof(
  fc.constant("nothing" as const),
  fc.constantFrom("target dies", "stable dies", "comes up", "acts fail", "acts work"),
  fc.constantFrom("good", "bad", "missing", "restart", "another release", "somebody else", "back"),
);
const plans = fc.record({ step: fc.integer({ min: 1, max: 100 }), max: fc.integer({ min: 1, max: 100 }) });

function befall(world: World, what: typeof happening extends fc.Arbitrary<infer T> ? T : never): void {
  if (what === "target dies") world.change("target", { ready: 0 });
  if (what === "stable dies") world.change("stable", { ready: 0 });
  if (what === "comes up") world.comeUp();
  if (what === "acts fail") world.works = false;
  if (what === "acts work") world.works = true;
  if (what === "good") world.verdict = good;
  if (what === "bad") world.verdict = bad;
  if (what === "missing") world.verdict = missing;
  if (what === "restart") world.change("target", { restarts: world.sides.target.restarts + 1 });
  if (what === "another release") world.change("target", { release: 77 });
  if (what === "somebody else" && !isOver(world.state)) world.share = 33;
  if (what === "back" && !isOver(world.state) && !/returning|clearing/.test(world.state.phase))
    world.set(turnShiftBack(world.shift, world.now, "a person wants it"));
}

/** @returns what is wrong with `act`, seen from what stood before it */
function wrong(act: ShiftAct, before: World["sides"], share: number, world: World): string | null {
  if (act.kind === "share") return wrongShare(act.percent, before, share, world.state.size ?? 1);
  if (act.kind !== "retire") return act.replicas >= 1 ? null : "no replicas";
  const isStable = act.colour === world.shift.stable;
  if (isStable ? share < 100 : share > 0) return "it ends what gets a share";
  return isStable && before.target.ready === 0 ? "it ends the last one" : null;
}

function wrongShare(percent: number, { stable, target }: World["sides"], share: number, size: number) {
  if (!Number.isInteger(percent) || percent < 0 || percent > 100) return "no share";
  if (percent === share) return null;
  if ((percent > share ? target : stable).ready === 0) return "a share for nobody";
  if (percent > share && target.ready < replicasFor(percent, size) && stable.ready > 0)
    return "a share for too few";
  return percent === 0 && stable.ready < size && target.ready > 0 ? "all for a cold one" : null;
}

test("whatever befalls: no share for who is not ready, none beyond 0 to 100, nothing ends that gets one; calm brings the end", () => {
  fc.assert(
    fc.property(
      plans,
      fc.array(happening, { maxLength: 120 }),
      fc.integer({ min: 1, max: 30_000 }),
      (plan, events, ms) => {
        const world = new World({ steps: stepsBy(plan.step, plan.max) });
        for (const event of events) {
          befall(world, event);
          const [before, share] = [world.sides, world.share];
          const act = world.step(ms);
          if (act !== null) expect(wrong(act, before, share, world)).toBeNull();
        }
        world.works = true;
        if (world.state.held !== null) world.set(turnShiftBack(world.shift, world.now, "held"));
        world.until(isOver, 20_000);
        expect([world.state.phase, world.share]).toEqual([
          world.state.phase,
          world.state.phase === "promoted" ? 100 : 0,
        ]);
      },
    ),
    { numRuns: 500 },
  );
});
