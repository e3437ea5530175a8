import { type NoopsAct, subjectOf } from "./act.ts";
import type { Landscape } from "./actuator.ts";
import { isMeshAct } from "./actuator-act.ts";
import type { Decision, GuardName, GuardVerdict } from "./decision.ts";
import { readyOf, setReplicas, workloadOf } from "./landscape.ts";
import type { NoopsRule } from "./rule.ts";
import type { NoopsSwitches } from "./switches.ts";
import { workloadText } from "./workload-name.ts";

/** What guards go by, beside the act itself. */
export type GuardFacts = {
  readonly switches: NoopsSwitches;
  /** Acts that began within the longest span that a guard looks back, and all that are under way or waited for. */
  readonly recent: readonly Decision[];
  readonly landscape: Landscape | null;
  /** Archives that are open, and how many have to hold a segment. */
  readonly archives: { readonly open: readonly string[]; readonly quorum: number };
  /** Why a flush would lose taps, where one is wanted: it names whose; null: it would lose none. */
  readonly unheld?: string | null;
  /** Acts of all rules in an hour, at most. */
  readonly actsPerHour: number;
  readonly nowEpochMs: number;
};

type Asked = GuardFacts & {
  readonly rule: NoopsRule;
  readonly act: NoopsAct;
  /** Of the decision itself where it waited; it does not stand in its own way. */
  readonly id: string | null;
};

const hourMs = 3_600_000;

/** All guards in their order, each with its answer; the first that says no is why. null passes. */
const guards: readonly (readonly [GuardName, (asked: Asked) => string | null])[] = [
  ["kill-switch", ({ switches }) => (switches.kill === null ? null : `${switches.kill.by} has pulled it`)],
  ["pause", paused],
  ["lock", locked],
  ["cool-down", cooling],
  ["last-ready", lastReady],
  ["held", unheld],
  ["one-at-a-time", disturbing],
  ["per-hour", overRule],
  ["budget", overBudget],
];

/** What the guards say of an act. */
export function askGuards(asked: Asked): GuardVerdict[] {
  return guards.map(([guard, ask]) => {
    const says = ask(asked);
    return { guard, passed: says === null, says: says ?? "" };
  });
}

/** A person's own act, as an undo: pauses, cool-downs and budgets are there to hold rules, not people. */
export const guardsOfPeople: readonly GuardName[] = ["lock", "last-ready", "held", "one-at-a-time"];

const undisturbing: readonly NoopsAct["kind"][] = [
  ...(["bound", "place", "share", "quota", "switch-rules", "flush-caches", "rotate-key"] as const),
];

/** Whether somebody has less of something while it is done, or afterwards. */
export function isDisruptive(act: NoopsAct, landscape: Landscape | null): boolean {
  if (act.kind === "scale") return isLowering(act, landscape);
  if (act.kind === "target") return !act.open;
  return !(isMeshAct(act) || undisturbing.includes(act.kind));
}

/** Whether less is there afterwards. What runs is not known: then it may be. */
export function isLowering(act: NoopsAct, landscape: Landscape | null): boolean {
  if (act.kind === "retire") return true;
  if (act.kind === "target") return !act.open;
  if (act.kind === "connections")
    return act.maxConnections < (landscape?.mesh?.[act.service]?.maxConnections ?? Number.POSITIVE_INFINITY);
  if (act.kind !== "scale") return false;
  const workload = landscape === null ? null : workloadOf(landscape, act.workload);
  return workload === null || act.replicas < setReplicas(workload);
}

function paused({ switches, act, landscape }: Asked): string | null {
  const holding = switches.pauses.find(({ pauses }) => pauses === "all" || isLowering(act, landscape));
  if (holding === undefined) return null;
  const { by, pauses, untilEpochMs } = holding;
  const until = untilEpochMs === null ? "until it is resumed" : `until ${isoOf(untilEpochMs)}`;
  return `${by} has paused ${pauses === "all" ? "all acts" : "what makes something smaller"} ${until}`;
}

function locked({ recent, act, id }: Asked): string | null {
  const subject = subjectOf(act);
  const other = recent.find(
    (one) => isOpen(one) && one.id !== id && one.act !== null && subjectOf(one.act) === subject,
  );
  if (other === undefined) return null;
  const how = other.state === "acting" ? "is under way" : "waits for a person";
  return `decision ${other.id} of rule ${other.ruleId} on ${subject} ${how}`;
}

const isOpen = ({ state }: Decision): boolean => state === "acting" || state === "waiting-approval";

function cooling({ recent, rule, act, nowEpochMs, id }: Asked): string | null {
  const subject = subjectOf(act);
  const there = recent.filter((one) => one.id !== id && one.act !== null && subjectOf(one.act) === subject);
  const last = Math.max(...there.map(({ begunAtEpochMs }) => begunAtEpochMs ?? Number.NEGATIVE_INFINITY));
  // A moment that is still to come was told by a clock that was ahead: it counts as now.
  const pastMs = Math.max(0, nowEpochMs - last);
  if (pastMs < rule.cooldownMs) {
    const [past, wait] = [pastMs, rule.cooldownMs].map((ms) => Math.round(ms / 1_000));
    return `the last act on ${subject} began ${past} s ago, and the rule waits ${wait} s`;
  }
  const undone = there.find(
    ({ state, ruleId, endedAtEpochMs }) =>
      state === "undone" && ruleId === rule.id && nowEpochMs - (endedAtEpochMs ?? 0) < rule.undoMs,
  );
  return undone === undefined ? null : `decision ${undone.id} did this to ${subject} and was undone`;
}

function lastReady({ act, landscape, archives }: Asked): string | null {
  if (act.kind === "target" && !act.open) {
    const others = archives.open.filter((archive) => archive !== act.archive).length;
    return others >= archives.quorum
      ? null
      : `${others} archives would be left, and ${archives.quorum} have to hold a segment`;
  }
  if (!("workload" in act) || !isDisruptive(act, landscape)) return null;
  const workload = landscape === null ? null : workloadOf(landscape, act.workload);
  if (landscape === null || workload === null)
    return `whether ${workloadText(act.workload)} has others is not known`;
  const ready = readyOf(landscape, workload);
  if (act.kind === "scale") {
    const left = ready - (setReplicas(workload) - act.replicas);
    return left > 0 ? null : `of ${ready} ready replicas none might be left`;
  }
  if (act.kind !== "replace")
    return ready > 1 ? null : `${ready} of its replicas is ready: nobody would serve meanwhile`;
  const replica = workload.replicas.find(({ name }) => name === act.replica);
  if (replica === undefined || replica.state !== "ready") return null;
  const { colour } = workload;
  const alone = replica.services.filter(
    (service) => readyOf(landscape, { service, colour }, replica.name) === 0,
  );
  return alone.length === 0 ? null : `it is the last ready replica of ${alone.join(", ")}`;
}

function unheld({ act, unheld: why = "who holds what is in the buffer is not known" }: Asked): string | null {
  return act.kind === "flush-buffer" ? why : null;
}

function disturbing({ recent, act, landscape, id }: Asked): string | null {
  if (!isDisruptive(act, landscape)) return null;
  const other = recent.find(
    (one) => one.state === "acting" && one.id !== id && one.act !== null && isDisruptive(one.act, landscape),
  );
  if (other !== undefined) return `decision ${other.id} of rule ${other.ruleId} is under way`;
  const workload = landscape === null || !("workload" in act) ? null : workloadOf(landscape, act.workload);
  const moving = workload?.replicas.find(
    ({ name, state }) =>
      (state === "starting" || state === "draining") && !(act.kind === "replace" && act.replica === name),
  );
  return moving === undefined ? null : `replica ${moving.name} is ${moving.state}`;
}

function overRule(asked: Asked): string | null {
  const { rule } = asked;
  const count = begunLately(asked).filter(({ ruleId }) => ruleId === rule.id).length;
  return count < rule.perHour
    ? null
    : `the rule has acted ${count} times within the hour, and may ${rule.perHour} times`;
}

function overBudget(asked: Asked): string | null {
  const count = begunLately(asked).length;
  return count < asked.actsPerHour
    ? null
    : `rules have acted ${count} times within the hour, and may ${asked.actsPerHour} times`;
}

function begunLately({ recent, nowEpochMs, id }: Asked): Decision[] {
  return recent.filter(
    ({ begunAtEpochMs, undoes, id: other }) =>
      begunAtEpochMs !== null && undoes === null && other !== id && nowEpochMs - begunAtEpochMs < hourMs,
  );
}

const isoOf = (epochMs: number): string => new Date(epochMs).toISOString();
