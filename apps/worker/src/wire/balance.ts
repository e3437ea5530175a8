import { LoadHistory } from "@tapline/adapters/prisma";
import { ServicesReports, WishBoard } from "@tapline/adapters/redis";
import { type RunningBalance, startBalance } from "../roles/balance.ts";
import type { Parts } from "./parts.ts";

export function startBalanceRole(parts: Parts): RunningBalance {
  return startBalance({
    ...parts,
    reports: new ServicesReports(parts.redis),
    board: parts.instrument("wishes", new WishBoard(parts.redis)),
    history: new LoadHistory(parts.prisma),
    bounds: new Map(parts.config.TAPLINE_BALANCE_BOUNDS),
  });
}
