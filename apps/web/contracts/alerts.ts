import type { Alert, AlertRule, AlertState, AlertTransition, Severity } from "@tapline/core/alerts";

/** What is looked at: what calls or has called somebody, what is kept from calling anybody, and what is over. */
export const alertViews = ["open", "shelved", "suppressed", "out-of-service", "history"] as const;

export type AlertView = (typeof alertViews)[number];

/** Which alerts of a view; what is left out counts for nothing. */
export interface AlertFilter {
  view: AlertView;
  severity?: Severity | undefined;
  /** Part of the message, of the rule's id or of the scope. */
  text?: string | undefined;
  /** Of this group alone. */
  group?: string | undefined;
  /** Of those that this person sees to, by their id. */
  assignee?: string | undefined;
  /** In the history: opened from then on, and before then, ms since 1970. */
  fromEpochMs?: number | undefined;
  untilEpochMs?: number | undefined;
}

const viewOfState: Record<AlertState, AlertView> = {
  "active-unacknowledged": "open",
  "returned-unacknowledged": "open",
  acknowledged: "open",
  ...{ shelved: "shelved", suppressed: "suppressed", "out-of-service": "out-of-service", normal: "history" },
};

/** Under which view an alert is found. */
export function viewOf({ state }: Pick<Alert, "state">): AlertView {
  return viewOfState[state];
}

/** Whether an alert is among those that are looked for. */
export function isMatch(alert: Alert, filter: AlertFilter): boolean {
  const { view, severity, text, group, assignee } = filter;
  if (viewOf(alert) !== view || !isOfTime(alert, filter)) return false;
  if (assignee !== undefined && alert.assignee !== assignee) return false;
  if (severity !== undefined && alert.severity !== severity) return false;
  if (group !== undefined && alert.group !== group) return false;
  if (text === undefined || text === "") return true;
  const wanted = text.toLowerCase();
  return [alert.message, alert.ruleId, ...Object.values(alert.scope)].some((part) =>
    part.toLowerCase().includes(wanted),
  );
}

function isOfTime({ openedAtEpochMs }: Alert, { fromEpochMs, untilEpochMs }: AlertFilter): boolean {
  return (
    openedAtEpochMs >= (fromEpochMs ?? 0) && openedAtEpochMs < (untilEpochMs ?? Number.POSITIVE_INFINITY)
  );
}

const stateRanks: Record<AlertState, number> = {
  "active-unacknowledged": 0,
  "returned-unacknowledged": 1,
  acknowledged: 2,
  ...{ shelved: 3, suppressed: 3, "out-of-service": 3, normal: 4 },
};
const severityRanks: Record<Severity, number> = { critical: 0, warning: 1, info: 2 };

/** The order of the list: what calls first; of that the worst first, then the newest. Of what is over, what was opened last. */
export function compareAlerts(a: Alert, b: Alert): number {
  if (a.state === "normal" && b.state === "normal") return a.id < b.id ? 1 : a.id > b.id ? -1 : 0;
  return (
    stateRanks[a.state] - stateRanks[b.state] ||
    severityRanks[a.severity] - severityRanks[b.severity] ||
    b.raisedAtEpochMs - a.raisedAtEpochMs ||
    (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
  );
}

/** A page of a list; `next` asks for more, `null` = that was all. */
export interface AlertPage {
  alerts: Alert[];
  next: string | null;
}

/** Open alerts of one severity. */
export interface OpenCounts {
  activeUnacknowledged: number;
  returnedUnacknowledged: number;
  acknowledged: number;
}

export function sumOfOpen(counts: OpenCounts): number {
  return counts.activeUnacknowledged + counts.returnedUnacknowledged + counts.acknowledged;
}

/** How many there are, counted on the server. */
export interface AlertCounts {
  /** When, by the server's clock: of two counts the later one holds. */
  atEpochMs: number;
  open: Record<Severity, OpenCounts>;
  shelved: number;
  suppressed: number;
  outOfService: number;
  /** The newest alert that calls and came of nothing else: of each group its first, or the first that still calls. */
  newestFirstOut: Alert | null;
  /** How many alerts of a group are open, of groups of two and more: of one alone nothing can be the first. */
  groupSizes: Record<string, number>;
}

/** Whether an alert was the first of several: the first of one says nothing. */
export function isFirstOfSeveral({ group, firstOut }: Alert, groupSizes: AlertCounts["groupSizes"]): boolean {
  return firstOut && group !== null && (groupSizes[group] ?? 1) > 1;
}

/** A step of an alert's life; `assignee`: to whom it was assigned by it, else null. */
export type ShownTransition = AlertTransition & { readonly assignee: string | null };

/** An alert of before of the same rule in the same place, and what people did about it, first first. */
export interface SimilarAlert {
  alert: Alert;
  acts: ShownTransition[];
}

/** Alerts of before that were like one, the last first, and the names of who acted. */
export interface SimilarAlerts {
  similar: SimilarAlert[];
  names: Record<string, string>;
}

/** A person who may act. */
export interface ActingPerson {
  id: string;
  name: string;
}

/** One alert with what is known of it. */
export interface AlertDetail {
  alert: Alert;
  /** Its rule as it is in force; `null` where there is none any more. */
  rule: AlertRule | null;
  /** The section of the page of runbooks that says what to do; `null` where the rule names another page. */
  runbookSection: string | null;
  /** Newest first. */
  transitions: ShownTransition[];
  /** Of the people among the actors, by their ids; of those who are gone none. */
  names: Record<string, string>;
  /** How many alerts of its group are open, itself among them; 1 where it has none. */
  groupSize: number;
}
