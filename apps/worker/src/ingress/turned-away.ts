import type { RefusedActs } from "@tapline/adapters/prisma";
import { hasCode, traceIdOf } from "@tapline/core/kernel";
import { type AgentIdentity, assertAdmitted } from "./identity.ts";
import type { AgentStanding } from "./standing.ts";

/** An agent that is not let in comes again for ever; its certificate is written down once in this time. */
const tellAgainMs = 3_600_000;
/** More certificates than this are not kept in mind: they are written down sooner. */
const maxKept = 10_000;

/** Where somebody stood: before a request, a stream, or at the handshake already. */
type Where = "request" | "stream" | "tls";

/**
 * Writes down agents whose certificate lets them in no longer: once an hour for each certificate, in each process, and no
 * more than refusals may be.
 */
export class TurnedAway {
  readonly #refusals: Pick<RefusedActs, "note">;
  readonly #clock: () => number;
  readonly #toldAtEpochMs = new Map<string, number>();

  constructor(refusals: Pick<RefusedActs, "note">, clock: () => number) {
    this.#refusals = refusals;
    this.#clock = clock;
  }

  /** @param traceparent as the request says it, where it does */
  note(
    { agent, serial }: Pick<AgentIdentity, "agent" | "serial">,
    problem: "revoked" | "ended",
    where: Where,
    traceparent?: unknown,
  ): void {
    const nowEpochMs = this.#clock();
    const who = `${agent}/${serial}/${problem}`;
    const told = this.#toldAtEpochMs.get(who);
    if (told !== undefined && Math.abs(nowEpochMs - told) < tellAgainMs) return;
    this.#keep(who, nowEpochMs);
    void this.#refusals
      .note({
        ...{ action: "agent.refused", actor: { kind: "agent", id: agent }, subject: `agent/${agent}` },
        ...{ facts: { problem, serial, where }, traceId: traceIdOf(traceparent) },
      })
      .then((written) => {
        if (!written) this.#toldAtEpochMs.delete(who);
      });
  }

  #keep(who: string, nowEpochMs: number): void {
    // The last place in the map's order is that of the newest.
    this.#toldAtEpochMs.delete(who);
    this.#toldAtEpochMs.set(who, nowEpochMs);
    for (const oldest of this.#toldAtEpochMs.keys())
      if (this.#toldAtEpochMs.size > maxKept) this.#toldAtEpochMs.delete(oldest);
      else break;
  }
}

export type AdmissionParts = {
  readonly standing: AgentStanding;
  readonly turnedAway: TurnedAway;
  readonly clock: () => number;
};

/**
 * Lets an agent in, or writes down that it was turned away.
 * @throws TaplineError as `assertAdmitted`
 */
export function admit(
  identity: AgentIdentity,
  where: Where,
  { standing, turnedAway, clock }: AdmissionParts,
  traceparent?: unknown,
): void {
  try {
    assertAdmitted(identity, standing, clock());
  } catch (error) {
    if (hasCode(error, "forbidden")) turnedAway.note(identity, "revoked", where, traceparent);
    if (hasCode(error, "unauthenticated")) turnedAway.note(identity, "ended", where, traceparent);
    throw error;
  }
}
