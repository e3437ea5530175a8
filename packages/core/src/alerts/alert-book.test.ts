import fc from "fast-check";
import { expect, test } from "vitest";
import { seededRandom, uuidV7 } from "../kernel/index.ts";
import { scopeKey } from "../kpi/index.ts";
import { breach, person, watch } from "./alert.fixture.ts";
import {
  type Alert,
  AlertBook,
  type AlertEvent,
  type AlertWrite,
  applyAct,
  entryOf,
  isOpen,
} from "./index.ts";

const random = seededRandom(7);
const randomBytes = (length: number) => Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));

/** As the database takes writes (`write-alerts.sql`). */
class Store {
  readonly alerts = new Map<string, Alert>();
  readonly entries = new Map<string, { alert: string; rev: number }>();

  open(): Alert[] {
    return [...this.alerts.values()].filter(isOpen);
  }

  openOf({ ruleId, scopeKey: key }: Pick<Alert, "ruleId" | "scopeKey">): Alert | null {
    return this.open().find((one) => one.ruleId === ruleId && one.scopeKey === key) ?? null;
  }

  write({ baseRev, alert, entries }: AlertWrite): "written" | "known" | undefined {
    if (this.entries.has(entries[0]?.id ?? "")) return "known";
    if ((this.alerts.get(alert.id)?.rev ?? 0) !== baseRev) return undefined;
    if (baseRev === 0 && this.openOf(alert) !== null) return undefined;
    this.alerts.set(alert.id, alert);
    for (const { id, facts } of entries) this.entries.set(id, { alert: alert.id, rev: Number(facts.rev) });
    return "written";
  }

  act(alert: Alert, atEpochMs: number): void {
    const context = { atEpochMs, actor: person("ada"), seenRev: alert.rev };
    const step = alert.unacknowledged
      ? applyAct(alert, { kind: "acknowledge", note: null }, context)
      : applyAct(alert, { kind: "note", note: "looked" }, context);
    this.write({
      baseRev: alert.rev,
      alert: step.alert,
      entries: [entryOf(step, uuidV7(atEpochMs, randomBytes))],
    });
  }
}

const keyOf = (place: number) => ({ ruleId: breach.ruleId, scopeKey: scopeKey({ site: `s${place}` }) });
const raise = (place: number, at: number): AlertEvent => ({
  ...{ kind: "raise", ...breach, scope: { site: `s${place}` }, breachedAtEpochMs: at },
});
const clear: AlertEvent = { kind: "clear", value: 1, peakValue: 20, note: null };

/** Writes what waits; `fate` says of each attempt whether it fails, before or behind the commit. */
function record(book: AlertBook, store: Store, fate: () => "done" | "lost" | "answer-lost"): void {
  for (let round = 0; round < 20 && !book.isSettled; round++)
    for (const write of book.takeWrites()) {
      const end = fate();
      if (end === "lost") return;
      const outcome = store.write(write);
      if (end === "answer-lost") return;
      if (outcome === "written") book.written(write);
      else book.overtaken(write, store.openOf(write.alert), outcome === "known");
    }
}

type Move =
  | { is: "flip" | "act" | "say-again" | "restart"; place: number }
  | { is: "record"; fates: ("done" | "lost" | "answer-lost")[] };

const place = fc.nat({ max: 2 });
const fate = fc.constantFrom("done" as const, "done" as const, "lost" as const, "answer-lost" as const);
const moves = fc.array(
  fc.oneof(
    fc.record({
      is: fc.constantFrom(
        "flip" as const,
        "flip" as const,
        "act" as const,
        "say-again" as const,
        "restart" as const,
      ),
      place,
    }),
    fc.record({ is: fc.constant("record" as const), fates: fc.array(fate, { maxLength: 4 }) }),
  ),
  { maxLength: 60, size: "max" },
);

/** A watch on three places whose database fails now and then, and an operator who acts on what stands there. */
class Trial {
  readonly store = new Store();
  readonly truth = [0, 1, 2].map(() => ({ active: false, at: 0, told: 0 }));
  book = new AlertBook([]);
  #now = 1_000;

  make(move: Move): void {
    this.#now += 10;
    if (move.is === "record") {
      const fates = [...move.fates];
      record(this.book, this.store, () => fates.shift() ?? "done");
    } else if (move.is === "flip") this.#flip(move.place);
    else if (move.is === "say-again") this.#tell(move.place);
    else if (move.is === "act") this.#act(move.place);
    else this.#restart();
  }

  #flip(at: number): void {
    const truth = this.truth[at]!;
    truth.active = !truth.active;
    if (truth.active) Object.assign(truth, { at: this.#now, told: truth.told + 1 });
    this.#tell(at);
  }

  #tell(at: number): void {
    const { active, at: since } = this.truth[at]!;
    this.book.tell(keyOf(at), active ? raise(at, since) : clear, { atEpochMs: this.#now, actor: watch });
  }

  #act(at: number): void {
    const alert = this.store.openOf(keyOf(at));
    if (alert !== null) this.store.act(alert, this.#now);
  }

  #restart(): void {
    const kept = [...this.book.unrecorded().values()];
    this.book = new AlertBook(this.store.open());
    for (const writes of kept) this.book.takeOver(writes);
  }

  /** The database is back, and everything is heard. */
  settle(): void {
    record(this.book, this.store, () => "done");
    for (const alert of this.store.alerts.values()) this.book.learn(alert);
  }
}

const idsOf = (alerts: readonly Alert[]): string[] => alerts.map(({ id }) => id).toSorted();

test("whatever fails, whoever acts meanwhile, and however often the watch ends: no breach is lost, none is told twice", () => {
  fc.assert(
    fc.property(moves, (given: readonly Move[]) => {
      const trial = new Trial();
      for (const move of given) trial.make(move);
      trial.settle();
      const { book, store, truth } = trial;
      expect(book.isSettled).toBe(true);
      expect(idsOf(book.open())).toEqual(idsOf(store.open()));
      const alerts = [...store.alerts.values()];
      for (const [at, { active, told }] of truth.entries()) {
        const here = alerts.filter((alert) => alert.scopeKey === keyOf(at).scopeKey);
        expect(here.filter(isOpen).length).toBeLessThanOrEqual(1);
        expect(here.some((alert) => alert.active)).toBe(active);
        expect(here.reduce((sum, { occurrences }) => sum + occurrences, 0)).toBe(told);
      }
      for (const { id, rev } of alerts) {
        const revs = [...store.entries.values()]
          .filter((entry) => entry.alert === id)
          .map((entry) => entry.rev);
        expect(revs.toSorted((one, other) => one - other)).toEqual(
          Array.from({ length: rev }, (_, n) => n + 1),
        );
      }
    }),
    { numRuns: 100 },
  );
});

test("what an operator did is learnt, an older word of it is not, and a shelf names the moment when it ends", () => {
  const book = new AlertBook([]);
  const store = new Store();
  const alert = book.tell(keyOf(0), raise(0, 5), { atEpochMs: 5, actor: watch }) as Alert;
  record(book, store, () => "done");
  const shelve = { kind: "shelve", mode: "timed", untilEpochMs: 900, note: "works" } as const;
  const shelved = applyAct(alert, shelve, { atEpochMs: 9, actor: person("ada"), seenRev: 1 }).alert;
  expect(book.learn(shelved)).toBe(true);
  expect(book.learn(alert)).toBe(false);
  expect(book.dueEpochMs).toBe(900);
  expect(book.tick({ atEpochMs: 899, actor: watch })).toEqual([]);
  expect(book.tick({ atEpochMs: 900, actor: watch })).toMatchObject([
    { rev: 3, state: "active-unacknowledged" },
  ]);
  expect(book.dueEpochMs).toBeNull();
});

test("an alert that an operator has closed is forgotten, and one never heard of is taken over", () => {
  const alert = new AlertBook([]).tell(keyOf(0), raise(0, 5), {
    atEpochMs: 5,
    actor: watch,
  }) as Alert;
  const book = new AlertBook([]);
  expect(book.learn(alert)).toBe(true);
  expect(book.learn({ ...alert, rev: 2, active: false, state: "normal", closedAtEpochMs: 9 })).toBe(true);
  expect(book.open()).toEqual([]);
  expect(book.learn({ ...alert, rev: 3, active: false, state: "normal", closedAtEpochMs: 9 })).toBe(false);
});
