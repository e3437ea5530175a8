import type { NewAuditEntry } from "../audit/index.ts";
import { sha256, uuidV7 } from "../kernel/index.ts";
import { scopeKey } from "../kpi/index.ts";
import { type Alert, isOpen } from "./alert.ts";
import { type AlertEvent, applyEvent, type EventContext, openAlert, shelfIsOver } from "./life-cycle.ts";
import type { AlertKey } from "./signal.ts";
import type { ToldEvent } from "./told-event.ts";
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
  /** Of what is not all recorded, at which change it last changed. */
  readonly #unsettled = new Map<string, number>();
  #changes = 0;

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
    for (const name of this.#unsettled.keys()) {
      const drafts = this.#pages.get(name)?.drafts ?? [];
      const [first] = drafts;
      if (first === undefined) continue;
      drafts[0] = { ...first, isOut: true };
      writes.push(first.write);
    }
    return writes;
  }

  /** Whether nothing is yet to be written. */
  get isSettled(): boolean {
    return this.#unsettled.size === 0;
  }

  /** Whether nothing is yet to be written of this rule in this place. */
  isRecorded(key: AlertKey): boolean {
    return !this.#unsettled.has(nameOf(key));
  }

  /** It stands recorded as it was handed out. */
  written({ alert }: AlertWrite): void {
    const page = this.#pages.get(nameOf(alert));
    if (page?.drafts.shift() === undefined) return;
    page.stored = isOpen(alert) ? alert : null;
    this.#tidy(alert, page);
    this.#noteChange(alert);
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

  /** How often what is not recorded has changed. */
  get changes(): number {
    return this.#changes;
  }

  /** Rules and places of which something is not recorded yet, by their names. */
  unrecordedNames(): Iterable<string> {
    return this.#unsettled.keys();
  }

  /**
   * What was told of rules and places and is not recorded yet, by their names; one list for each write.
   * @param since leaves out what has not changed since `changes` was that
   */
  unrecorded(since = 0): Map<string, readonly (readonly ToldEvent[])[]> {
    const changed = [...this.#unsettled].filter(([, change]) => change > since);
    return new Map(
      changed.map(([name]) => [
        name,
        (this.#pages.get(name)?.drafts ?? []).map(({ write: { alert }, told }) =>
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
    this.#unsettled.set(nameOf(step.alert), ++this.#changes);
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

  #noteChange(key: AlertKey): void {
    const name = nameOf(key);
    if (this.#unsettled.has(name)) this.#unsettled.set(name, ++this.#changes);
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
