/**
 * What one check of an installation found. `unknown` is no "well": nobody can call well what was not seen. A `notice` is well as it
 * stands, and forbids something for now.
 */
export type Finding = {
  readonly check: string;
  readonly state: "well" | "notice" | "fault" | "unknown";
  readonly what: string;
  /** What to do about it; empty where all is well. */
  readonly next: string;
};

export const well = (check: string, what: string): Finding => ({ check, state: "well", what, next: "" });
export const notice = (check: string, what: string, next: string): Finding => ({
  ...{ check, state: "notice", what, next },
});
export const fault = (check: string, what: string, next: string): Finding => ({
  ...{ check, state: "fault", what, next },
});
export const unknown = (check: string, what: string, next: string): Finding => ({
  ...{ check, state: "unknown", what, next },
});

/** All faults of a check, or that there are none. */
export function judged(check: string, faults: readonly Finding[], otherwise: string): Finding[] {
  return faults.length === 0 ? [well(check, otherwise)] : [...faults];
}
