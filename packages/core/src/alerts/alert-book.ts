import type { NewAuditEntry } from "../audit/index.ts";
import { sha256, uuidV7 } from "../kernel/index.ts";
import { scopeKey } from "../kpi/index.ts";
import { type Alert, isOpen } from "./alert.ts";
import { type AlertEvent, applyEvent, type EventContext, openAlert, shelfIsOver } from "./life-cycle.ts";
import type { AlertKey } from "./signal.ts";
import { type AlertStep, entryOf } from "./transition.ts";

/** What became of one alert, in one or more steps. */
export type AlertWrite = {
  /** The revision that the first step went on from; 0 where it opened the alert. */
  readonly baseRev: number;
  /** As the last step left it. */
  readonly alert: Alert;
  /** One of each step, in their order. */
  readonly entries: readonly NewAuditEntry[];
};

/** What the watch was told of one rule in one place. */
type Told = { readonly event: AlertEvent; readonly context: EventContext };

/** The same, to be told anew by another process. */
export type ToldEvent = AlertKey & Told;

type Draft = { readonly write: AlertWrite; readonly told: readonly Told[]; readonly isOut: boolean };

/** What is known of one rule in one place: the open alert as it stands recorded, and what is not recorded yet, in order. */
type Page = { stored: Alert | null; readonly drafts: Draft[] };

const nameOf = ({ ruleId, scopeKey: key }: AlertKey): string => `${ruleId} ${key}`;

/**
 * The open alerts as the one process that watches knows them: it need not wait for the database to go on. What it makes of events is
 * handed out to be written, of each alert in order and the same until it is settled, and told anew upon what stands there where
 * somebody else was faster.
 */
export class AlertBook {
  readonly #pages = new Map<string, Page>();
  readonly #unsettled = new Set<string>();

  /** @param open all alerts that are open */
  constructor(open: readonly Alert[]) {
    for (const alert of open) this.#pages.set(nameOf(alert), { stored: alert, drafts: [] });
  }

  /** All that are open, recorded or not. */
  open(): Alert[] {
    return [...this.#pages.values()].flatMap((page) => nowOf(page) ?? []);
  }

  /** When `tick` has something to do, ms since 1970; null: never. */
  get dueEpochMs(): number | null {
    let due: number | null = null;
    for (const { shelf } of this.open())
      if (shelf !== null && (due === null || shelf.untilEpochMs < due)) due = shelf.untilEpochMs;
    return due;
  }

  /** @returns the alert as the event leaves it; null where it says nothing new */
  tell(key: AlertKey, event: AlertEvent, context: EventContext): Alert | null {
    const name = nameOf(key);
    const page = this.#pages.get(name) ?? { stored: null, drafts: [] };
    const step = this.#stepOn(nowOf(page), event, context);
    if (step === null) return null;
    this.#pages.set(name, page);
    this.#unsettled.add(name);
    // Told anew it must not end a later breach.
    const isClear = event.kind === "clear";
    const named = isClear ? { ...event, ofBreachAtEpochMs: step.alert.breachedAtEpochMs } : event;
    this.#note(page, step, { event: named, context });
    return step.alert;
  }

  /** Ends shelves whose time is over. @returns the alerts that this changed */
  tick(context: EventContext): Alert[] {
    const over = this.open().filter((alert) => shelfIsOver(alert, context.atEpochMs));
    return over.flatMap((alert) => this.tell(alert, { kind: "tick" }, context) ?? []);
  }

  /** What is to be written: of each rule and place the first that is not settled. */
  takeWrites(): AlertWrite[] {
    const writes: AlertWrite[] = [];
    for (const name of this.#unsettled) {
      const drafts = this.#pages.get(name)?.drafts ?? [];
      const [first] = drafts;
      if (first === undefined) continue;
      drafts[0] = { ...first, isOut: true };
      writes.push(first.write);
    }
    return writes;
  }

  /** Whether something is yet to be written. */
  get isSettled(): boolean {
    return this.#unsettled.size === 0;
  }

  /** It stands recorded as it was handed out. */
  written({ alert }: AlertWrite): void {
    const page = this.#pages.get(nameOf(alert));
    if (page?.drafts.shift() === undefined) return;
    page.stored = isOpen(alert) ? alert : null;
    this.#tidy(alert, page);
  }

  /**
   * Of what was handed out something else stands recorded: what was told of it is told anew upon that.
   * @param standing the open alert of that rule and place; null where there is none
   * @param isKnown whether it was recorded once, as where the answer got lost: then it is not told anew
   * @returns the alert as it is now; null where none is open
   */
  overtaken({ alert: key }: AlertWrite, standing: Alert | null, isKnown: boolean): Alert | null {
    const page = this.#pages.get(nameOf(key));
    if (page === undefined) return null;
    const told = page.drafts.splice(0).slice(isKnown ? 1 : 0);
    page.stored = standing;
    for (const { event, context } of told.flatMap((draft) => draft.told)) this.tell(key, event, context);
    this.#tidy(key, page);
    return nowOf(page);
  }

  /**
   * Takes over an alert that somebody else has changed. Where something of it is not recorded yet, that finds out when it is written.
   * @returns whether it was news
   */
  learn(alert: Alert): boolean {
    const page = this.#pages.get(nameOf(alert)) ?? { stored: null, drafts: [] };
    const { stored, drafts } = page;
    if (drafts.length > 0 || (stored === null && !isOpen(alert))) return false;
    if (stored !== null && (stored.id === alert.id ? stored.rev >= alert.rev : !isOpen(alert))) return false;
    page.stored = isOpen(alert) ? alert : null;
    this.#pages.set(nameOf(alert), page);
    this.#tidy(alert, page);
    return true;
  }

  /** What was told of rules and places and is not recorded yet, by their names; one list for each write. */
  unrecorded(): Map<string, readonly (readonly ToldEvent[])[]> {
    const drafts = [...this.#unsettled].map((name) => [name, this.#pages.get(name)?.drafts ?? []] as const);
    return new Map(
      drafts.map(([name, of]) => [
        name,
        of.map(({ write: { alert }, told }) =>
          told.map((each) => ({ ruleId: alert.ruleId, scopeKey: alert.scopeKey, ...each })),
        ),
      ]),
    );
  }

  /**
   * Takes over what another process could not record, as `unrecorded` gave it. What it did record though it did not hear so is not
   * recorded a second time.
   * @returns the alerts that this changed
   */
  takeOver(writes: readonly (readonly ToldEvent[])[]): Alert[] {
    const changed: Alert[] = [];
    for (const write of writes) {
      for (const { event, context, ...key } of write) {
        const alert = this.tell(key, event, context);
        if (alert !== null) changed.push(alert);
      }
      // Written together or not at all, as before.
      const [first] = write;
      const drafts = first === undefined ? [] : (this.#pages.get(nameOf(first))?.drafts ?? []);
      for (const [at, draft] of drafts.entries()) drafts[at] = { ...draft, isOut: true };
    }
    return changed;
  }

  #stepOn(now: Alert | null, event: AlertEvent, context: EventContext): AlertStep | null {
    if (now !== null) return applyEvent(now, event, context);
    return event.kind === "raise" ? openAlert(alertIdOf(event), event, context) : null;
  }

  /** Steps of one alert are written together, unless the earlier ones are on their way. */
  #note({ drafts }: Page, step: AlertStep, told: Told): void {
    const entry = entryOf(step, entryIdOf(step));
    const last = drafts.at(-1);
    if (last === undefined || last.isOut || last.write.alert.id !== step.alert.id) {
      const write = { baseRev: step.alert.rev - 1, alert: step.alert, entries: [entry] };
      drafts.push({ write, told: [told], isOut: false });
      return;
    }
    const { baseRev, entries } = last.write;
    const write = { baseRev, alert: step.alert, entries: [...entries, entry] };
    drafts[drafts.length - 1] = { write, told: [...last.told, told], isOut: false };
  }

  #tidy(key: AlertKey, page: Page): void {
    if (page.drafts.length > 0) return;
    this.#unsettled.delete(nameOf(key));
    if (page.stored === null) this.#pages.delete(nameOf(key));
  }
}

/** The open alert, with what is not recorded yet; null where none is. */
function nowOf({ stored, drafts }: Page): Alert | null {
  const now = drafts.at(-1)?.write.alert ?? stored;
  return now !== null && isOpen(now) ? now : null;
}

/** Whoever finds the same breach of the same rule in the same place gives it the same id, so that it is never told as two. */
function alertIdOf({ ruleId, scope, breachedAtEpochMs }: AlertEvent & { kind: "raise" }): string {
  return namedId(breachedAtEpochMs, [ruleId, scopeKey(scope)]);
}

/** Alike, for the entry of a step: that of a raise belongs to the breach, that of any other to the moment. */
function entryIdOf({ alert, transition: { kind, atEpochMs } }: AlertStep): string {
  const { ruleId, scopeKey: key, breachedAtEpochMs } = alert;
  const moment = kind === "raised" ? breachedAtEpochMs : atEpochMs;
  return namedId(moment, [ruleId, key, kind, String(breachedAtEpochMs)]);
}

function namedId(atEpochMs: number, parts: readonly string[]): string {
  const name = JSON.stringify([...parts, atEpochMs]);
  return uuidV7(atEpochMs, (length) => sha256(Buffer.from(name)).subarray(0, length));
}
