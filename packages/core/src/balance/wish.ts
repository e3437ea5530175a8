import { type LoadMoves, newLoadMoves, noteMove } from "./load-moves.ts";
import type { BalancePolicy } from "./policy.ts";
import type { ServiceReadings } from "./readings.ts";
import { newScalingState, type ScalingState, settleScaling } from "./scaling/behaviour.ts";
import { serversFor } from "./staffing.ts";
import type { ServiceWish } from "./wishes.ts";

/** Load that is to be expected once a replica that is started now serves; `perSecond` of arrivals, its error band included. */
export type ExpectedLoad = { readonly perSecond: number; readonly forMs: number };

/** What was decided before about one service. */
export type WishState = {
  readonly scaling: ScalingState;
  readonly wish: number | null;
  readonly moves: LoadMoves;
};

export const newWishState: WishState = { scaling: newScalingState, wish: null, moves: newLoadMoves };

type Asked = {
  readonly service: string;
  readonly policy: BalancePolicy;
  readonly readings: ServiceReadings;
  /** null where no forecast is good enough to be used. */
  readonly expected: ExpectedLoad | null;
  readonly nowEpochMs: number;
};

/**
 * How many replicas a service needs: the fewest with which units are done within the objective, by an M/M/c queue of its
 * measured arrivals and service time, and with which what waits too long is worked off in time. What is expected may raise that,
 * and never lowers it. Missing or old readings hold what was wished. Pure: the clock and the state are handed in.
 */
export function wishOf(asked: Asked, state: WishState): { wish: ServiceWish; state: WishState } {
  const { service, policy, readings, expected, nowEpochMs } = asked;
  const present = readings.replicas ?? state.wish ?? policy.min;
  const isStale = nowEpochMs - readings.atEpochMs > policy.readingsMaxAgeMs;
  const load = isStale ? null : loadOf(policy, readings);
  const told = { service, atEpochMs: nowEpochMs, readings };
  if (load === null) {
    const wish = bounded(policy, heldWish(state, present));
    const why = [
      isStale
        ? `readings are ${Math.round((nowEpochMs - readings.atEpochMs) / 1_000)} s old: nothing is changed`
        : "arrivals or service time are unknown: nothing is changed",
    ];
    return {
      wish: { ...told, wish, reactive: null, forecast: null, why, mayLower: false },
      state: { ...state, wish },
    };
  }
  const current = state.wish ?? bounded(policy, present);
  const moves = noteMove(state.moves, load.erlangs, nowEpochMs, policy.leadMs);
  const reactive = needed(policy, load, headroom(policy, moves), current);
  const forecast =
    expected === null
      ? null
      : needed(
          policy,
          { ...load, erlangs: erlangs(expected.perSecond, load.serviceMs) },
          ...([policy.forecastHeadroom, current] as const),
        );
  const recommended = bounded(policy, Math.max(reactive, forecast ?? 0));
  const settled = settleScaling(policy.behaviour, state.scaling, {
    ...{ recommended, current, atMs: nowEpochMs },
  });
  const wish = bounded(policy, settled.replicas);
  return {
    wish: {
      ...{ ...told, wish, reactive, forecast, mayLower: true },
      why: reasons(asked, { load, reactive, forecast, recommended, wish, held: settled.held }),
    },
    state: { scaling: settled.state, wish, moves },
  };
}

/**
 * What is wished while load is not known. Who has never known it takes no replica away that is there. Later on replicas add nothing to
 * what was wished: of a process that has died and its successor both are counted for a while.
 */
function heldWish({ wish, moves }: WishState, present: number): number {
  return wish !== null && moves.last !== null ? wish : Math.max(wish ?? 0, present);
}

type Load = {
  /** Of what arrives. */
  readonly erlangs: number;
  /** Of what has waited for too long, spread over the time in which it is to be worked off. */
  readonly lateErlangs: number;
  readonly serviceMs: number;
};

const erlangs = (perSecond: number, serviceMs: number): number => (perSecond * serviceMs) / 1_000;

/** null where what has to be known is not. */
function loadOf(policy: BalancePolicy, readings: ServiceReadings): Load | null {
  const { arrivalsPerSecond, queued, oldestAgeMs } = readings;
  // Where nothing comes it does not matter how long it would take.
  const serviceMs = readings.serviceMs ?? (arrivalsPerSecond === 0 ? 0 : null);
  if (arrivalsPerSecond === null || serviceMs === null) return null;
  // What waits for less is what the queue's model expects anyway.
  const isLate = queued !== null && queued > 0 && (oldestAgeMs ?? 0) > waitMs(policy, serviceMs);
  return {
    erlangs: erlangs(arrivalsPerSecond, serviceMs),
    lateErlangs: isLate ? (queued * serviceMs) / policy.catchUpMs : 0,
    serviceMs,
  };
}

/** What the objective leaves for waiting, ms. */
function waitMs({ objectiveMs }: BalancePolicy, serviceMs: number): number {
  return Math.max(0, objectiveMs - serviceMs);
}

/** So much more load than there is, as a share of it, as it usually moves by while a replica gets ready. */
function headroom({ headroom: { least, most, moves } }: BalancePolicy, { usual }: LoadMoves): number {
  return Math.min(most, Math.max(least, moves * usual));
}

/**
 * Replicas for a load and so much more of it. Where they are too few somewhat more are wished than would do, and none is given back
 * unless fewer would do for more load yet: between the two nothing is turned.
 */
function needed(policy: BalancePolicy, load: Load, room: number, current: number): number {
  const least = replicasFor(policy, load, 1 + room);
  if (least === current) return current;
  if (least > current) return replicasFor(policy, load, 1 + room + policy.raiseBeyond);
  return Math.min(current, replicasFor(policy, load, 1 + room + policy.lowerTolerance));
}

function replicasFor(policy: BalancePolicy, load: Load, times: number): number {
  const { serversPerReplica, max, mostBusy, objectiveShare } = policy;
  const servers = serversFor(
    { erlangs: (load.erlangs + load.lateErlangs) * times, serviceMs: load.serviceMs },
    {
      ...{ waitMs: waitMs(policy, load.serviceMs), late: 1 - objectiveShare, mostBusy },
      most: max * serversPerReplica,
    },
  );
  return Math.ceil(servers / serversPerReplica);
}

function bounded({ min, max }: BalancePolicy, replicas: number): number {
  return Math.min(max, Math.max(min, replicas));
}

type Decided = {
  readonly load: Load;
  readonly reactive: number;
  readonly forecast: number | null;
  readonly recommended: number;
  readonly wish: number;
  readonly held: "window" | "rate" | null;
};

function reasons({ policy, readings, expected }: Asked, decided: Decided): string[] {
  const { load, reactive, forecast, recommended, wish, held } = decided;
  const why: string[] = [];
  if (expected !== null && forecast !== null && forecast > reactive)
    why.push(
      `${figure(expected.perSecond)}/s are expected in ${Math.round(expected.forMs / 1_000)} s and need ${forecast}`,
    );
  if (load.lateErlangs > 0)
    why.push(
      `${figure(readings.queued ?? 0)} wait, the oldest for ${figure((readings.oldestAgeMs ?? 0) / 1_000)} s`,
    );
  if (readings.arrivalsPerSecond === 0) why.push("nothing arrives");
  else
    why.push(
      `${figure(readings.arrivalsPerSecond ?? 0)}/s of ${figure(load.serviceMs)} ms keep ${figure(load.erlangs)} busy and need ${reactive}`,
    );
  if (held === "window") why.push(`${recommended} would do, and did not for all of the window`);
  if (held === "rate") why.push(`${recommended} are needed, and come or go no faster`);
  if (wish === policy.max && Math.max(reactive, forecast ?? 0) >= policy.max)
    why.push(
      policy.enoughFor === undefined
        ? `${policy.max} is the most`
        : `${policy.max} is the most that ${policy.enoughFor} can use`,
    );
  if (wish === policy.min && reactive < policy.min) why.push(`${policy.min} is the least`);
  return why;
}

/** A number for people: three digits that count. */
function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}
