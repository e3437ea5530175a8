import type { Colour } from "../../kernel/index.ts";
import {
  isOver,
  replicasFor,
  type Shift,
  type ShiftAct,
  type ShiftPhase,
  type ShiftState,
  type ShiftView,
  targetOf,
  wantedShare,
} from "./shift.ts";

export type ShiftStep = { readonly state: ShiftState; readonly act: ShiftAct | null };

type Look = Shift & { readonly view: ShiftView; readonly now: number; readonly size: number };

/** So often a share that somebody else changes is put right, or a release comes back to being ready, within one shift. */
const mostSetbacks = 3;
/** A replica that was started again so often does not run. */
const mostRestarts = 3;

/**
 * What a shift does next. Pure, and by what is there rather than by what was done: after a crash, or an act that did not work,
 * the same look says the same again. A colour gets a share only once it is ready for it; the way back gives everything back
 * before anything is retired.
 */
export function stepShift(shift: Shift, view: ShiftView, nowEpochMs: number): ShiftStep {
  const { state } = shift;
  if (isOver(state)) return { state, act: null };
  const size = state.size ?? Math.max(1, view.stable.wanted);
  const look = { ...shift, state: { ...state, size }, view, size, now: nowEpochMs };
  if (state.held !== null) return { state: look.state, act: null };
  return steps[state.phase](look);
}

const steps: Readonly<Record<ShiftPhase, (look: Look) => ShiftStep>> = {
  placing: place,
  routing: route,
  keeping: keep,
  retiring: retire,
  returning: giveBack,
  clearing: clear,
  promoted: (look) => stay(look),
  "rolled-back": (look) => stay(look),
};

function place(look: Look): ShiftStep {
  const { view, release, plan, size } = look;
  if (isLate(look, plan.readyWithinMs)) return turnBack(look, "the new release was not ready in time");
  // As where another release takes the place of one that had a share: the old one has all before anything is replaced.
  if (view.targetPercent !== 0) return giveTo(look, 0);
  const replicas = replicasFor(plan.steps[0] ?? 100, size);
  if (view.target.release !== release || (release === null && view.target.wanted === 0))
    return act(look, placed(look, replicas));
  if (view.target.ready >= replicas)
    return stay({
      ...look,
      state: { ...begun(look, "routing", "the new release is ready"), restarts: view.target.restarts },
    });
  return scaledTo(look, targetOf(look), replicas);
}

/** What the installation itself brings needs no release to be placed. */
function placed(look: Look, replicas: number): ShiftAct {
  const colour = targetOf(look);
  if (look.release === null) return { kind: "scale", colour, replicas };
  return { kind: "place", colour, release: look.release, replicas };
}

function route(look: Look): ShiftStep {
  const hurt = whatHurts(look) ?? (look.state.routedAtEpochMs === null ? towardsShare(look) : putRight(look));
  if (hurt !== null) return hurt;
  const { view, plan, state, now } = look;
  const watchedMs = now - (state.routedAtEpochMs ?? now);
  if (watchedMs < plan.windowMs) return stay(look);
  const isProven = view.verdict.is === "good" || state.isForced || !plan.needsEvidence;
  if (isProven) {
    if (state.step < plan.steps.length - 1)
      return stay({ ...look, state: { ...begun(look, "routing", view.verdict.why), step: state.step + 1 } });
    return stay({ ...look, state: { ...begun(look, "keeping", view.verdict.why), routedAtEpochMs: now } });
  }
  if (watchedMs - plan.windowMs < plan.evidenceWithinMs) return stay(look);
  return turnBack(look, `nothing shows in time that the new release is sound: ${view.verdict.why}`);
}

function keep(look: Look): ShiftStep {
  const hurt = whatHurts(look) ?? (look.state.routedAtEpochMs === null ? towardsShare(look) : putRight(look));
  if (hurt !== null) return hurt;
  if (!isLate(look, look.plan.keepMs)) return stay(look);
  return stay({ ...look, state: begun(look, "retiring", "the old release is not needed any more") });
}

function retire(look: Look): ShiftStep {
  const { view, plan, stable } = look;
  // Before the old one ends, the new one has all and can do it.
  if (view.target.ready === 0 || view.targetPercent !== 100) {
    if (view.target.ready > 0 && view.targetPercent !== null) return giveTo(look, 100);
    return isLate(look, plan.drainWithinMs + plan.readyWithinMs)
      ? turnBack(look, "the new release is not ready any more")
      : stay(look);
  }
  if (isGone(view.stable))
    return stay({ ...look, state: begun(look, "promoted", "the old release has ended") });
  if (isLate(look, plan.drainWithinMs + plan.readyWithinMs))
    return stay({ ...look, state: begun(look, "promoted", "the old release runs on, and gets nothing") });
  if (view.stable.inHand !== 0 && !isLate(look, plan.drainWithinMs)) return stay(look);
  return act(look, { kind: "retire", colour: stable });
}

function giveBack(look: Look): ShiftStep {
  if (look.view.targetPercent === 0) return stay({ ...look, state: begun(look, "clearing", look.state.why) });
  return giveTo(look, 0);
}

function clear(look: Look): ShiftStep {
  const { view, plan, state } = look;
  if (view.targetPercent !== 0) return giveTo(look, 0);
  const end = (): ShiftStep => stay({ ...look, state: begun(look, "rolled-back", state.why) });
  if (isGone(view.target) || isLate(look, plan.drainWithinMs + plan.readyWithinMs)) return end();
  if (view.target.inHand !== 0 && !isLate(look, plan.drainWithinMs)) return stay(look);
  return act(look, { kind: "retire", colour: targetOf(look) });
}

/** What ends the way forward, whatever the share is. */
function whatHurts(look: Look): ShiftStep | null {
  const { view, state, release } = look;
  if (view.verdict.is === "bad") return turnBack(look, view.verdict.why);
  if (view.target.restarts - (state.restarts ?? 0) >= mostRestarts)
    return turnBack(look, `the new release was started again ${mostRestarts} times`);
  if (view.target.release === release || view.target.wanted === 0) return null;
  const what = "another release was placed where the new one ran";
  const setbacks = state.setbacks + 1;
  if (setbacks > mostSetbacks) return turnBack(look, `${what}, again and again`);
  return stay({ ...look, state: { ...begun(look, "placing", what), step: 0, setbacks } });
}

/** The way to the share of this step: replicas first, then the share, and then the window begins. */
function towardsShare(look: Look): ShiftStep {
  const { view, plan, state, size, now } = look;
  const share = wantedShare(look);
  if (isLate(look, plan.readyWithinMs))
    return turnBack(look, "the new release was not ready for its share in time");
  const replicas = replicasFor(share, size);
  if (view.target.ready < replicas) return scaledTo(look, targetOf(look), replicas);
  // Less for the new one is more for the old one, which must be there for it.
  if ((view.targetPercent ?? 0) > share && view.stable.ready === 0) return scaledTo(look, look.stable, size);
  if (view.targetPercent !== share) return act(look, { kind: "share", percent: share });
  return stay({ ...look, state: { ...state, routedAtEpochMs: now } });
}

/** Null where the share is what it should be and the release is ready for it. */
function putRight(look: Look): ShiftStep | null {
  const { view, state, size, now } = look;
  const share = wantedShare(look);
  const isChanged = view.targetPercent !== null && view.targetPercent !== share;
  if (!isChanged && view.target.ready >= replicasFor(share, size)) return null;
  const setbacks = state.setbacks + 1;
  const what = isChanged
    ? `somebody else set the share to ${view.targetPercent} %`
    : "the new release is ready no more";
  if (setbacks > mostSetbacks) {
    if (!isChanged) return turnBack(look, `${what}, for the ${setbacks}th time`);
    return stay({ ...look, state: { ...state, held: `${what}, again and again` } });
  }
  return stay({
    ...look,
    state: { ...state, setbacks, sinceEpochMs: now, routedAtEpochMs: null, why: what },
  });
}

/** Gives shares to whom is ready for them: a colour that has none, or too few, is made ready first. */
function giveTo(look: Look, percent: 0 | 100): ShiftStep {
  const { view, stable, base, size } = look;
  const colour = percent === 0 ? stable : targetOf(look);
  const [side, other] = percent === 0 ? [view.stable, view.target] : [view.target, view.stable];
  // Where the other one has nobody at all, few are better than none.
  if (side.ready >= size || (side.ready > 0 && other.ready === 0))
    return act(look, { kind: "share", percent });
  if (percent === 0 && isGone(side) && base !== null)
    return act(look, { kind: "place", colour, release: base, replicas: size });
  return scaledTo(look, colour, size);
}

function scaledTo(look: Look, colour: Colour, replicas: number): ShiftStep {
  const side = colour === look.stable ? look.view.stable : look.view.target;
  return side.wanted < replicas ? act(look, { kind: "scale", colour, replicas }) : stay(look);
}

const isGone = (side: ShiftView["stable"]): boolean => side.wanted === 0 && side.ready === 0;

const isLate = ({ state, now }: Look, ms: number): boolean => now - state.sinceEpochMs >= ms;

function begun({ state, now }: Look, phase: ShiftPhase, why: string): ShiftState {
  return { ...state, phase, sinceEpochMs: now, routedAtEpochMs: null, why };
}

const turnBack = (look: Look, why: string): ShiftStep =>
  stay({ ...look, state: { ...begun(look, "returning", why), held: null } });
const stay = ({ state }: Look): ShiftStep => ({ state, act: null });
const act = ({ state }: Look, what: ShiftAct): ShiftStep => ({ state, act: what });
