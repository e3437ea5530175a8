import { KeyDesk, KeyRequests } from "@tapline/adapters/keys";
import {
  CachesDesk,
  ClosedArchives,
  DeclaredArchivesFact,
  ReleaseDesk,
  RulesDesk,
  TapHolders,
} from "@tapline/adapters/prisma";
import { AlertDesk, AlertRulesDesk } from "@tapline/adapters/prisma/alerts";
import { leaseCheck, NoopsLease, NoopsLog, NoopsRulesDesk } from "@tapline/adapters/prisma/noops";
import { BufferBar, ServicesReports, WishBoard } from "@tapline/adapters/redis";
import { type Actuator, defaultNoopsRules } from "@tapline/core/noops";
import { noopsLeaseMs, type RunningNoops, startNoops } from "../roles/noops.ts";
import type { SharedReadings } from "../roles/share-readings.ts";
import type { Parts } from "./parts.ts";

/** @param actuator null where nobody that runs the services may be asked */
export function startNoopsRole(
  parts: Parts,
  readings: SharedReadings,
  actuator: Actuator | null,
): RunningNoops {
  const { prisma, redis, clock, config, buffer, index, instrument } = parts;
  const closed = new ClosedArchives(prisma);
  const releases = new ReleaseDesk(prisma, clock);
  const bar = new BufferBar(redis, config.TAPLINE_PARTITIONS);
  const flush = { buffer, index, bar, holders: new TapHolders(prisma), clock };
  return startNoops({
    ...{ ...parts, actuator, readings, closed, releases, firstRules: defaultNoopsRules },
    reports: new ServicesReports(redis),
    wishes: new WishBoard(redis),
    alerts: { desk: new AlertDesk(prisma), rules: new AlertRulesDesk(prisma, clock) },
    declared: new DeclaredArchivesFact(prisma),
    lease: instrument("noopsLease", new NoopsLease(prisma, noopsLeaseMs)),
    flight: instrument("noops", new NoopsLog(prisma, clock)),
    rules: new NoopsRulesDesk(prisma, clock),
    house: {
      ...{ flush, keys: new KeyDesk(prisma, clock), releases, closed, clock },
      ...{
        keyRequests: new KeyRequests(prisma, clock),
        caches: new CachesDesk(prisma, clock),
        rules: new RulesDesk(prisma, clock),
      },
      ...{ pkiFolder: config.TAPLINE_KEY_PKI ?? null, leaseCheck },
    },
  });
}
