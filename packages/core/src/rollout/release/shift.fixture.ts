import {
  defaultPlan,
  isOver,
  newShiftState,
  nothing,
  type Shift,
  type ShiftAct,
  type ShiftPlan,
  type ShiftState,
  type ShiftView,
  type Side,
  stepShift,
  type Verdict,
} from "../index.ts";

export const good: Verdict = { is: "good", why: "nothing is worse" };
export const missing: Verdict = { is: "missing", why: "nothing was seen" };
export const bad: Verdict = { is: "bad", why: "taps that are refused: 100 %" };

type Colours = { stable: Side; target: Side };

/** What a shift is made in: two colours, a share, and a clock. It does as it is told, unless a test has it do otherwise. */
export class World {
  now = 1_000_000;
  share = 0;
  sides: Colours = { stable: { ...nothing, release: 1, wanted: 4, ready: 4 }, target: nothing };
  verdict: Verdict = good;
  /** Whether replicas come up. */
  comesUp = { stable: true, target: true };
  /** Whether acts work. */
  works = true;
  readonly acts: ShiftAct[] = [];
  shift: Shift;

  constructor(plan: Partial<ShiftPlan> = {}, release: number | null = 2) {
    this.shift = {
      ...{ service: "validation", base: 1, release, stable: "blue", plan: { ...defaultPlan, ...plan } },
      state: newShiftState(this.now, "asked for"),
    };
  }

  get state(): ShiftState {
    return this.shift.state;
  }

  view(): ShiftView {
    return { ...this.sides, targetPercent: this.share, verdict: this.verdict };
  }

  set(state: ShiftState): void {
    this.shift = { ...this.shift, state };
  }

  /** One look, `ms` after the last. */
  step(ms = 1_000): ShiftAct | null {
    this.now += ms;
    const { state, act } = stepShift(this.shift, this.view(), this.now);
    this.set(state);
    if (act === null) return null;
    this.acts.push(act);
    if (this.works) this.#do(act);
    return act;
  }

  /** Looks until the shift is where it should be, at most `steps` times. */
  until(isThere: (state: ShiftState) => boolean, steps = 5_000): void {
    for (let i = 0; i < steps && !isThere(this.state); i++) {
      this.step();
      this.comeUp();
    }
    if (!isThere(this.state)) throw new Error(`the shift stays ${this.state.phase}: ${this.state.why}`);
  }

  toTheEnd(): string {
    this.until(isOver);
    return this.state.phase;
  }

  comeUp(): void {
    for (const name of ["stable", "target"] as const)
      if (this.comesUp[name] && this.sides[name].ready < this.sides[name].wanted)
        this.change(name, { ready: this.sides[name].wanted });
  }

  change(name: keyof Colours, change: Partial<Side>): void {
    this.sides = { ...this.sides, [name]: { ...this.sides[name], ...change } };
  }

  #do(act: ShiftAct): void {
    if (act.kind === "share") {
      this.share = act.percent;
      return;
    }
    const name = act.colour === this.shift.stable ? "stable" : "target";
    if (act.kind === "retire") this.change(name, nothing);
    else if (act.kind === "scale") this.change(name, { wanted: act.replicas });
    else this.change(name, { ...nothing, release: act.release, wanted: act.replicas });
  }
}
