import fc from "fast-check";
import { expect, test } from "vitest";
import { hasCode } from "../kernel/index.ts";
import { breach, offline, person, watch } from "./alert.fixture.ts";
import { type Alert, type AlertAct, type AlertEvent, applyAct, applyEvent, openAlert } from "./index.ts";

/**
 * One rule in one place, a watch and three operators who look and act when they like, each on what they saw last. The model is
 * told apart from the code: a breach, whether it calls, what holds it, and a count of what an operator must have seen.
 */
type Model = {
  nowEpochMs: number;
  open: boolean;
  active: boolean;
  calls: boolean;
  shelf: { oneShot: boolean; untilEpochMs: number } | null;
  suppressed: boolean;
  out: boolean;
  /** Grows with each raise and each act of a person. */
  turn: number;
  /** The turn that each operator saw last; null where they saw nothing. */
  seen: Record<string, number | null>;
};

type World = { alert: Alert | null; seen: Record<string, Alert | null>; ids: number };
type Step = fc.Command<Model, World>;

const people = ["ada", "bob", "cy"] as const;
const held = (m: Model): boolean => m.shelf !== null || m.suppressed || m.out;

function stateIn(m: Model): string {
  if (m.out) return "out-of-service";
  if (m.suppressed) return "suppressed";
  if (m.shelf !== null) return "shelved";
  if (m.active) return m.calls ? "active-unacknowledged" : "acknowledged";
  return m.calls ? "returned-unacknowledged" : "normal";
}

/** Takes over what a step made, and holds it against the model. */
function take(m: Model, world: World, next: Alert, before: Alert | null): void {
  m.open = stateIn(m) !== "normal";
  expect(next.state).toBe(stateIn(m));
  expect(next.active).toBe(m.active);
  expect(next.rev).toBe((before?.rev ?? 0) + 1);
  expect(next.closedAtEpochMs === null).toBe(m.open);
  world.alert = next;
}

const signals = {
  raise: { kind: "raise", ...breach },
  clear: { kind: "clear", value: 1, peakValue: 20, note: null },
  suppress: { kind: "suppress", suppressedBy: offline },
  unsuppress: { kind: "unsuppress" },
} as const satisfies Record<"raise" | "clear" | "suppress" | "unsuppress", AlertEvent>;

/** Whether the signal is news in the model, which then takes it over. */
function learn(m: Model, kind: keyof typeof signals): boolean {
  if (!m.open && kind !== "raise") return false;
  if (kind === "raise") {
    if (m.open && m.active) return false;
    if (!m.open) Object.assign(m, { shelf: null, suppressed: false, out: false, calls: false });
    Object.assign(m, { active: true, suppressed: false, turn: m.turn + 1 });
    m.calls ||= !held(m);
  } else if (kind === "clear") {
    if (!m.active) return false;
    Object.assign(m, { active: false, suppressed: false });
    if (m.shelf?.oneShot === true) m.shelf = null;
  } else {
    if (m.suppressed === (kind === "suppress")) return false;
    m.suppressed = kind === "suppress";
    if (!m.suppressed) release(m);
  }
  return true;
}

function release(m: Model): void {
  m.calls ||= m.active && !held(m);
}

const tell = (kind: keyof typeof signals): Step => ({
  check: () => true,
  run: (m, world) => {
    const before = m.open ? world.alert : null;
    const news = learn(m, kind);
    const context = { atEpochMs: m.nowEpochMs, actor: watch };
    if (before === null) {
      if (!news) return;
      world.ids += 1;
      const id = `019a0000-0000-7000-8000-${String(world.ids).padStart(12, "0")}`;
      take(m, world, openAlert(id, breach, context).alert, null);
      return;
    }
    // Each breach began at a time of its own.
    const event = kind === "raise" ? { ...signals.raise, breachedAtEpochMs: m.turn + 1 } : signals[kind];
    const step = applyEvent(before, event, context);
    expect(step !== null).toBe(news);
    if (step !== null) take(m, world, step.alert, before);
    expect(applyEvent(world.alert ?? before, event, context)).toBeNull();
  },
  toString: () => kind,
});

const pass = (ms: number): Step => ({
  check: () => true,
  run: (m, world) => {
    m.nowEpochMs += ms;
    const before = m.open ? world.alert : null;
    if (before === null) return;
    const over = m.shelf !== null && m.nowEpochMs >= m.shelf.untilEpochMs;
    const step = applyEvent(before, { kind: "tick" }, { atEpochMs: m.nowEpochMs, actor: watch });
    expect(step !== null).toBe(over);
    if (step === null) return;
    m.shelf = null;
    release(m);
    take(m, world, step.alert, before);
  },
  toString: () => `pass ${ms} ms`,
});

function see(m: Model, world: World, who: string): void {
  m.seen[who] = world.alert === null ? null : m.turn;
  world.seen[who] = world.alert;
}

const look = (who: string): Step => ({
  check: () => true,
  run: (m, world) => see(m, world, who),
  toString: () => `${who} looks`,
});

type Kind = AlertAct["kind"];

/** Whether the act is possible in the model, which then takes it over. */
function acted(m: Model, kind: Kind, oneShot: boolean, forMs: number): boolean {
  const calls = m.calls;
  if (kind === "acknowledge") m.calls = false;
  if (kind === "acknowledge") return calls;
  if (kind === "shelve") {
    if (m.out) return false;
    Object.assign(m, { shelf: { oneShot, untilEpochMs: m.nowEpochMs + forMs }, calls: false });
    return true;
  }
  if (kind === "take-out-of-service") {
    if (m.out) return false;
    Object.assign(m, { out: true, shelf: null, calls: false });
    return true;
  }
  if (kind === "unshelve") {
    if (m.shelf === null) return false;
    m.shelf = null;
  } else {
    if (!m.out) return false;
    m.out = false;
  }
  release(m);
  return true;
}

/** @param fresh looks right before the act */
const act = (who: string, kind: Kind, oneShot: boolean, forMs: number, fresh: boolean): Step => ({
  check: (m) => m.turn > 0 && (fresh || m.seen[who] !== null),
  run: (m, world) => {
    if (fresh) see(m, world, who);
    const seen = world.seen[who];
    const now = world.alert;
    if (!seen || now === null) throw new Error("acts only on what was seen");
    if (seen.id !== now.id) return;
    const what = { kind, note: "said so", mode: oneShot ? "one-shot" : "timed" } as const;
    const asked = { ...what, untilEpochMs: m.nowEpochMs + forMs } as AlertAct;
    const context = { atEpochMs: m.nowEpochMs, actor: person(who), seenRev: seen.rev };
    const allowed = kind === "note" || (m.open && m.seen[who] === m.turn && acted(m, kind, oneShot, forMs));
    if (!allowed) {
      expect(() => applyAct(now, asked, context)).toThrow();
      try {
        applyAct(now, asked, context);
      } catch (error) {
        expect(hasCode(error, "conflict") && typeof error.facts.refusal === "string").toBe(true);
      }
      return;
    }
    const step = applyAct(now, asked, context);
    if (kind !== "note") m.turn += 1;
    expect(step.transition).toMatchObject({ from: now.state, actor: person(who), note: "said so" });
    take(m, world, step.alert, now);
  },
  toString: () => `${who}${fresh ? " looks" : ""}: ${kind}${kind === "shelve" ? ` ${oneShot} ${forMs}` : ""}`,
});

const who = fc.constantFrom(...people);
const acts: Kind[] = [
  ...(["acknowledge", "shelve", "unshelve", "take-out-of-service", "return-to-service", "note"] as const),
];
const steps = [
  fc.constantFrom(...(["raise", "raise", "clear", "suppress", "unsuppress"] as const)).map(tell),
  fc.integer({ min: 1, max: 40_000 }).map(pass),
  who.map(look),
  fc
    .tuple(who, fc.constantFrom(...acts), fc.boolean(), fc.integer({ min: 1, max: 60_000 }), fc.boolean())
    .map((of) => act(...of)),
];

test("whatever a watch and three operators do in whatever order, it is what ISA-18.2 says, and one of two rivals wins", () => {
  fc.assert(
    fc.property(fc.commands(steps, { maxCommands: 100, size: "max" }), (commands) => {
      fc.modelRun(
        () => ({
          model: {
            ...{ nowEpochMs: 1_000_000, open: false, active: false, calls: false, shelf: null },
            ...{ suppressed: false, out: false, turn: 0, seen: { ada: null, bob: null, cy: null } },
          },
          real: { alert: null, seen: { ada: null, bob: null, cy: null }, ids: 0 },
        }),
        commands,
      );
    }),
    { numRuns: 100 },
  );
});
