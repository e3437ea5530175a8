import { ReleaseDesk } from "@tapline/adapters/prisma";
import { NoopsLog } from "@tapline/adapters/prisma/noops";
import { ServicesReports } from "@tapline/adapters/redis";
import type { Actuator } from "@tapline/core/noops";
import { startReleaseControl } from "../roles/release-control.ts";
import type { Role } from "../roles/role.ts";
import type { Parts } from "./parts.ts";

/**
 * Leads releases on while this process holds the lease of NoOps.
 * @param fence number of that lease; null while another process has it
 */
export function startReleaseControlRole(parts: Parts, actuator: Actuator, fence: () => number | null): Role {
  const { prisma, clock, redis } = parts;
  const switches = new NoopsLog(prisma, clock);
  return startReleaseControl({
    ...{
      ...parts,
      actuator,
      fence,
      desk: new ReleaseDesk(prisma, clock),
      reports: new ServicesReports(redis),
    },
    isStopped: async () => (await switches.switches()).kill !== null,
  });
}
