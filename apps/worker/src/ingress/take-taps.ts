import type { BufferedTap } from "@tapline/core/buffer";
import type { Problem } from "@tapline/core/kernel";
import { type PostTapsResponse, plainPost, postTapSchema, postTapsSchema } from "@tapline/core/tap";
import { type CheckedTap, checkPostedTap, postedTap, resultsOf, tapsOf } from "./check-taps.ts";
import type { Delivered, Door } from "./door.ts";
import { schemaProblem } from "./problems.ts";

export type Taken =
  | {
      readonly status: 202 | 207 | 400;
      readonly body: PostTapsResponse;
      /** Those that are durable now. */
      readonly good: readonly BufferedTap[];
    }
  | { readonly status: 400; readonly problem: Problem };

/** Where taps go, and the credits that they were granted. */
export type TakeParts = {
  readonly door: Pick<Door, "take">;
  readonly delivered: Delivered;
  /** Told how many of the granted taps do not go in. */
  readonly unspent: (taps: number) => void;
};

/**
 * Takes the body of `POST /v1/taps`, one tap or many, for which `countTaps` credits were granted. A tap that breaks the
 * schema is refused with a problem that names the field; the others go on. Resolves once all taken ones are durable.
 */
export async function takeTaps(
  body: unknown,
  agent: string,
  nowEpochMs: number,
  { door, delivered, unspent }: TakeParts,
): Promise<Taken> {
  const checked = checkBody(body, agent, nowEpochMs);
  const good: BufferedTap[] = "problem" in checked ? [] : tapsOf(checked.taps);
  unspent(countTaps(body) - good.length);
  if ("problem" in checked) return { status: 400, problem: checked.problem };
  const generation = good.length === 0 ? "" : await door.take(good, delivered);
  const status = good.length === checked.taps.length ? 202 : good.length === 0 ? 400 : 207;
  return { status, body: { generation, results: resultsOf(checked.taps) }, good };
}

/** How many taps a body claims to hold, at least one. */
export function countTaps(body: unknown): number {
  const taps = typeof body === "object" && body !== null && "taps" in body ? body.taps : null;
  return Array.isArray(taps) ? Math.max(1, taps.length) : 1;
}

/** The epoch that a body claims; null where it claims none. */
export function claimedEpoch(body: unknown): number | null {
  const epoch = typeof body === "object" && body !== null && "epoch" in body ? body.epoch : null;
  return typeof epoch === "number" ? epoch : null;
}

function checkBody(
  body: unknown,
  agent: string,
  nowEpochMs: number,
): { readonly taps: CheckedTap[] } | { readonly problem: Problem } {
  if (typeof body === "object" && body !== null && "taps" in body) {
    const envelope = postTapsSchema.safeParse(body);
    if (!envelope.success) return { problem: schemaProblem("invalid-request", envelope.error) };
    const { epoch, taps } = envelope.data;
    return { taps: taps.map((tap, i) => checkPostedTap(tap, { agent, epoch, nowEpochMs }, `/taps/${i}`)) };
  }
  const plain = plainPost(body);
  if (plain !== null) {
    const { tap, epoch, payload } = plain;
    return { taps: [postedTap(tap, { agent, epoch, nowEpochMs }, payload)] };
  }
  const parsed = postTapSchema.safeParse(body);
  if (!parsed.success) return { problem: schemaProblem("invalid-tap", parsed.error) };
  const { epoch, ...tap } = parsed.data;
  return { taps: [postedTap(tap, { agent, epoch, nowEpochMs })] };
}
