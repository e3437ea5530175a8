import { NoopsLog, ReleaseDesk } from "@tapline/adapters/prisma";
import { ServicesReports } from "@tapline/adapters/redis";
import { startReleaseControl } from "../roles/release-control.ts";
import type { Role } from "../roles/role.ts";
import { openActuator } from "./actuator.ts";
import type { Parts } from "./parts.ts";

/**
 * Leads releases on while this process holds the lease of NoOps.
 * @param fence number of that lease; null while another process has it
 * @returns null where nobody that runs the services may be asked
 */
export async function startReleaseControlRole(
  parts: Parts,
  fence: () => number | null,
): Promise<Role | null> {
  const { prisma, clock, redis, config } = parts;
  const actuator = await openActuator(config);
  if (actuator === null) return null;
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
