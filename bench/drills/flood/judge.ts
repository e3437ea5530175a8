import type { Alert } from "@tapline/core/alerts";
import { type FloodPlan, nameOf } from "./plan.ts";
import type { RecordedAlert } from "./record.ts";

/** So many of one kind are named; of the others it is said how many they are. */
const mostNamed = 3;

/** Holds open alerts against the plan: of each breach one, suppressed or calling as it is to be, and none beside them. */
export function judgeStanding(alerts: readonly Alert[], { expected }: Pick<FloodPlan, "expected">): string[] {
  const found = Map.groupBy(alerts, ({ ruleId, scopeKey }) => nameOf(ruleId, scopeKey));
  const names = [...expected.keys()];
  return [
    ...told(
      "without an alert",
      names.filter((name) => !found.has(name)),
    ),
    ...told(
      "alerts of no breach",
      [...found.keys()].filter((name) => !expected.has(name)),
    ),
    ...told(
      "with several alerts",
      [...found].flatMap(([name, of]) => (of.length > 1 ? [name] : [])),
    ),
    ...told(
      "suppressed and not to be, or the other way round",
      alerts.flatMap(({ ruleId, scopeKey, suppressedBy }) => {
        const name = nameOf(ruleId, scopeKey);
        return (suppressedBy !== null) === (expected.get(name) ?? false) ? [] : [name];
      }),
    ),
  ];
}

/** Holds what is recorded in the end against the plan: all is over, and each step has its entry. */
export function judgeRecord(
  recorded: readonly RecordedAlert[],
  { expected }: Pick<FloodPlan, "expected">,
): string[] {
  const found = Map.groupBy(recorded, ({ alert }) => nameOf(alert.ruleId, alert.scopeKey));
  const wrong = (what: string, is: (one: RecordedAlert) => boolean): string[] =>
    told(
      what,
      recorded.filter(is).map(({ alert }) => `${nameOf(alert.ruleId, alert.scopeKey)} (${alert.state})`),
    );
  return [
    ...told(
      "lost",
      [...expected.keys()].filter((name) => !found.has(name)),
    ),
    ...told(
      "doubled",
      [...found].flatMap(([name, of]) => (of.length > 1 ? [name] : [])),
    ),
    ...wrong("raised more than once", ({ alert }) => alert.occurrences !== 1),
    ...wrong("still active", ({ alert }) => alert.active),
    ...wrong("stuck", ({ alert: { state } }) => state !== "normal" && state !== "returned-unacknowledged"),
    ...wrong(
      "with another number of entries than steps",
      ({ alert, actions }) => actions.length !== alert.rev,
    ),
    ...wrong("whose entries do not tell one raise and one return", ({ actions }) =>
      ["alert.raised", "alert.returned"].some(
        (action) => actions.filter((one) => one === action).length !== 1,
      ),
    ),
  ];
}

function told(what: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const more = names.length > mostNamed ? ", …" : "";
  return [`${names.length} ${what}: ${names.slice(0, mostNamed).join(", ")}${more}`];
}
