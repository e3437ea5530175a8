import { messageOf, TaplineError } from "@tapline/core/kernel";
import { actRefused } from "@tapline/core/noops";
import { z } from "zod";

const statusSchema = z.looseObject({
  message: z.string().optional(),
  reason: z.string().optional(),
  details: z
    .looseObject({ causes: z.array(z.looseObject({ reason: z.string().optional() })).optional() })
    .nullish(),
});

/** What the API server answered instead of what was asked; `status` 0: it did not answer. */
export class ApiFailure extends Error {
  readonly status: number;
  /** Of Kubernetes' Status object, as `Conflict`; empty where it said none. */
  readonly reason: string;
  /** A budget of disruptions does not allow it now. */
  readonly disruptionBudget: boolean;
  /** What it asks to wait; null where it asks nothing. */
  readonly retryAfterMs: number | null;

  constructor(
    status: number,
    text: string,
    options: { retryAfter?: string | undefined; cause?: unknown } = {},
  ) {
    const told = statusSchema.safeParse(parseOrNull(text));
    super(told.data?.message ?? (text.slice(0, 300) || `HTTP ${status}`), { cause: options.cause });
    this.status = status;
    this.reason = told.data?.reason ?? "";
    this.disruptionBudget =
      told.data?.details?.causes?.some(({ reason }) => reason === "DisruptionBudget") ?? false;
    const seconds = Number(options.retryAfter ?? "none");
    this.retryAfterMs = Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : null;
  }

  /** Somebody else has changed the object meanwhile. */
  get isConflict(): boolean {
    return this.status === 409;
  }
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Whatever went wrong, in the words of whoever acts. Errors of ours pass as they are. */
export function asRefusal(error: unknown): TaplineError {
  if (error instanceof TaplineError) return error;
  if (error instanceof ApiFailure) return refusalOfStatus(error);
  return actRefused("unavailable", `the cluster's answer cannot be read: ${messageOf(error)}`, {
    remedy: "look whether somebody has changed an object by hand that is labelled as ours",
    cause: error,
  });
}

function refusalOfStatus(error: ApiFailure): TaplineError {
  const said = `the cluster says: ${messageOf(error)}`;
  const cause = error;
  if (error.disruptionBudget)
    return actRefused("refused", said, {
      remedy: "wait until more replicas are ready, or look at the PodDisruptionBudget",
      cause,
    });
  switch (error.status) {
    case 401:
    case 403:
      return actRefused("unavailable", said, {
        remedy: "the service account of the role noops needs the Role of istio/services/noops-rbac.yaml",
        cause,
      });
    case 404:
      return actRefused("unknown", said, { cause });
    case 409:
      return actRefused("conflict", said, { remedy: "look again, decide again", cause });
    case 429:
      return actRefused("overloaded", said, { remedy: "the API server is busy: try again later", cause });
    case 400:
    case 422:
      return actRefused("refused", said, { remedy: "change what is asked for as it says", cause });
    default:
      return actRefused("unavailable", said, { remedy: "look whether the API server is up", cause });
  }
}
