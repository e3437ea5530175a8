import { localActuator } from "@tapline/adapters/local";
import { type Act, connectPrisma, recordAct } from "@tapline/adapters/prisma";
import type { WorkloadName } from "@tapline/core/noops";
import { answered } from "./answered.ts";

export type ScaleAct = Act & Readonly<{ reason: string; atEpochMs: number }>;

/** Longer than the supervisor is waited for: what it did must not be taken out of the audit log again, ms. */
const recordWithinMs = 15_000;

/** What runs the services by the socket at `path`, for commands: what is done by it is in the audit log, or not done. */
export function openHands(databaseUrl: string, path: string) {
  const prisma = connectPrisma(databaseUrl);
  const actuator = localActuator(path);
  return {
    look: () => actuator.look(),
    /** @throws a refusal (`refusalOf`); then nothing is recorded */
    scale: (workload: WorkloadName, replicas: number, seen: string, act: ScaleAct) =>
      answered(
        prisma.$transaction(
          async (tx) => {
            const subject = `workload/${workload.service}/${workload.colour}`;
            const deed = { action: "workload.scaled", subject, facts: { replicas } } as const;
            await recordAct(tx, act, deed, act.atEpochMs);
            const { reason } = act;
            await actuator.act(
              { kind: "scale", workload, replicas },
              { fence: null, revision: seen, reason },
            );
          },
          { timeout: recordWithinMs },
        ),
      ),
    close: () => prisma.$disconnect(),
  };
}
