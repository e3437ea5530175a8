import {
  type Check,
  madeReleaseSchema,
  type ReleasedService,
  releasedServiceSchema,
  type ServiceRelease,
  type Shift,
  shiftPlanSchema,
  shiftStateSchema,
  type Verdict,
} from "@tapline/core/rollout";
import type { ServiceRelease as ReleaseRow, ReleaseShift } from "./generated/client.ts";

/** A release as people see it. Times: ms since 1970. */
export type ReleaseListing = ServiceRelease & {
  readonly madeAtEpochMs: number;
  /** `<kind>/<id>` of who made it. */
  readonly madeBy: string;
  readonly reason: string;
};

/** What the last look at the evidence told. */
export type ShiftEvidence = {
  readonly atEpochMs: number;
  readonly verdict: Verdict;
  readonly checks: readonly Check[];
  /** Attempts seen of the old and the new release. */
  readonly attempts: { readonly stable: number; readonly target: number };
};

/** A shift as people see it. Times: ms since 1970. */
export type ShiftListing = Shift & {
  readonly id: number;
  /** `return`: back to what ran before. */
  readonly kind: "release" | "return";
  readonly evidence: ShiftEvidence | null;
  readonly startedAtEpochMs: number;
  readonly startedBy: string;
  readonly reason: string;
  readonly changedAtEpochMs: number;
  /** null while it is under way. */
  readonly endedAtEpochMs: number | null;
  readonly revision: number;
};

export function releaseOf({ id, service, version, config, rules, ...row }: ReleaseRow): ReleaseListing {
  const content = madeReleaseSchema.parse({ service, version, config, rules });
  return { ...content, id, madeAtEpochMs: row.madeAt.getTime(), madeBy: row.madeBy, reason: row.reason };
}

export function shiftOf(row: ReleaseShift): ShiftListing {
  return {
    ...{ id: row.id, kind: row.kind === "return" ? "return" : "release", service: serviceOf(row.service) },
    ...{ base: row.baseId, release: row.releaseId, stable: row.stable === "green" ? "green" : "blue" },
    ...{ plan: shiftPlanSchema.parse(row.plan), state: shiftStateSchema.parse(row.state) },
    // Written by ourselves, and for people to read alone.
    evidence: row.evidence as ShiftEvidence | null,
    ...{ startedAtEpochMs: row.startedAt.getTime(), startedBy: row.startedBy, reason: row.reason },
    ...{ changedAtEpochMs: row.changedAt.getTime(), endedAtEpochMs: row.endedAt?.getTime() ?? null },
    revision: row.revision,
  };
}

const serviceOf = (service: string): ReleasedService => releasedServiceSchema.parse(service);
