import type { BufferedTap } from "@tapline/core/buffer";
import type { Problem } from "@tapline/core/kernel";
import {
  type PostTapsResponse,
  postTapSchema,
  postTapsSchema,
  type SubmittedTap,
  submittedTapSchema,
  type TapResult,
} from "@tapline/core/tap";
import type { Door } from "./door.ts";
import { schemaProblem } from "./problems.ts";

export type Taken =
  | { readonly status: 202 | 207 | 400; readonly body: PostTapsResponse }
  | { readonly status: 400; readonly problem: Problem };

/**
 * Takes the body of `POST /v1/taps`, one tap or many. A tap that breaks the schema is refused with a problem
 * that names the field; the others go on. Resolves once all taken ones are durable.
 */
export async function takeTaps(body: unknown, agent: string, nowEpochMs: number, door: Door): Promise<Taken> {
  const many = typeof body === "object" && body !== null && "taps" in body;
  return many ? await takeMany(body, agent, nowEpochMs, door) : await takeOne(body, agent, nowEpochMs, door);
}

async function takeOne(body: unknown, agent: string, nowEpochMs: number, door: Door): Promise<Taken> {
  const parsed = postTapSchema.safeParse(body);
  if (!parsed.success) return { status: 400, problem: schemaProblem("invalid-tap", parsed.error) };
  const generation = await door.take([buffered(parsed.data, parsed.data.epoch, agent, nowEpochMs)]);
  return { status: 202, body: { generation, results: [durable(parsed.data.seq)] } };
}

async function takeMany(body: unknown, agent: string, nowEpochMs: number, door: Door): Promise<Taken> {
  const envelope = postTapsSchema.safeParse(body);
  if (!envelope.success) return { status: 400, problem: schemaProblem("invalid-request", envelope.error) };
  const { epoch, taps } = envelope.data;
  const good: BufferedTap[] = [];
  const results = taps.map((tap, index): TapResult => {
    const parsed = submittedTapSchema.safeParse(tap);
    if (!parsed.success) {
      const problem = schemaProblem("invalid-tap", parsed.error, `/taps/${index}`);
      return { seq: seqOf(tap), status: 400, problem };
    }
    good.push(buffered(parsed.data, epoch, agent, nowEpochMs));
    return durable(parsed.data.seq);
  });
  const generation = good.length === 0 ? "" : await door.take(good);
  const status = good.length === taps.length ? 202 : good.length === 0 ? 400 : 207;
  return { status, body: { generation, results } };
}

const durable = (seq: number): TapResult => ({ seq, status: 202, ack: "durable" });

function buffered(tap: SubmittedTap, epoch: number, agent: string, nowEpochMs: number): BufferedTap {
  return {
    agent,
    epoch,
    seq: tap.seq,
    reader: tap.reader,
    readAtEpochMs: tap.readAtEpochMs,
    ingestedAtEpochMs: nowEpochMs,
    traceparent: tap.traceparent ?? "",
    payload: Buffer.from(tap.payload, "base64"),
  };
}

function seqOf(tap: unknown): number | null {
  const parsed = submittedTapSchema.pick({ seq: true }).loose().safeParse(tap);
  return parsed.success ? parsed.data.seq : null;
}
