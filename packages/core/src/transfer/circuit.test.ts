import fc from "fast-check";
import { expect, test } from "vitest";
import { type Circuit, type CircuitLimits, closedCircuit, failCircuit, tryCircuit } from "./circuit.ts";

const limits: CircuitLimits = { failuresToOpen: 3, minPauseMs: 100, maxPauseMs: 1_000 };
const fail = (circuit: Circuit, nowMs: number, random = 0.5) => failCircuit(circuit, nowMs, limits, random);

test("a circuit opens at the third failure in a row, and lets one attempt through after its pause", () => {
  const twice = fail(fail(closedCircuit, 0), 0);
  expect(tryCircuit(twice, 0)).toEqual(twice);
  const open = fail(twice, 0);
  expect(open).toEqual({ is: "open", failures: 3, untilMs: 50 });
  expect(tryCircuit(open, 49)).toBeNull();
  const probing = tryCircuit(open, 50);
  expect(probing).toEqual({ is: "half-open", failures: 3 });
  expect(probing && tryCircuit(probing, 1e9), "no second attempt beside the first").toBeNull();
});

test("each failed attempt doubles the bound of the pause, up to the longest", () => {
  let circuit: Circuit = { is: "closed", failures: 2 };
  const bounds: number[] = [];
  for (let i = 0; i < 6; i++) {
    const open = fail(circuit, 0, 1 - Number.EPSILON);
    if (open.is !== "open") throw new Error("it did not open");
    bounds.push(Math.round(open.untilMs));
    circuit = tryCircuit(open, open.untilMs) ?? closedCircuit;
  }
  expect(bounds).toEqual([100, 200, 400, 800, 1_000, 1_000]);
});

test("failures that end after the circuit opened neither lengthen nor shorten its pause", () => {
  const open = fail({ is: "closed", failures: 2 }, 0);
  expect(fail(open, 40, 0.9)).toEqual(open);
});

test("whatever happens, a pause never exceeds its longest, and an open circuit always comes to an attempt", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ afterMs: fc.nat(2_000), random: fc.double({ min: 0, max: 0.999, noNaN: true }) })),
      (steps) => {
        let [circuit, nowMs]: [Circuit, number] = [closedCircuit, 0];
        for (const { afterMs, random } of steps) {
          nowMs += afterMs;
          circuit = failCircuit(tryCircuit(circuit, nowMs) ?? circuit, nowMs, limits, random);
          if (circuit.is === "open") expect(circuit.untilMs - nowMs).toBeLessThanOrEqual(1_000);
        }
        expect(tryCircuit(circuit, nowMs + 1_000)).not.toBeNull();
      },
    ),
  );
});
