import { LoadHistory } from "@tapline/adapters/prisma";
import { ForecastLog, ServicesReports, WishBoard } from "@tapline/adapters/redis";
import { type RunningBalance, startBalance } from "../roles/balance.ts";
import type { Parts } from "./parts.ts";
import { openScaler } from "./scaler.ts";

/** Tells wishes, and whoever may ask for them, at `scalerPort` where there is one. */
export async function openBalance(
  parts: Parts,
): Promise<RunningBalance & { readonly scalerPort: number | null }> {
  const scaler = await openScaler(parts);
  const role = startBalance({
    ...parts,
    reports: new ServicesReports(parts.redis),
    board: parts.instrument("wishes", new WishBoard(parts.redis)),
    forecasts: new ForecastLog(parts.redis),
    history: new LoadHistory(parts.prisma),
    limits: {
      bounds: new Map(parts.config.TAPLINE_BALANCE_BOUNDS),
      partitions: parts.config.TAPLINE_PARTITIONS,
    },
  });
  return {
    ...role,
    scalerPort: scaler?.port ?? null,
    stop: async (graceMs) => {
      await Promise.all([scaler?.stop(graceMs), role.stop(graceMs)]);
    },
  };
}
