import type { KpiLive } from "@tapline/core/kpi";
import { staleAfterMs } from "../../contracts/events.ts";
import type { KpiStore } from "./kpi-store.ts";

/** What the Overview and the wall are drawn with at first: the live picture, unless it is old or cannot be read, which the page finds out and says by itself. */
export async function firstPicture(
  kpi: Pick<KpiStore, "live">,
  clock: () => number,
): Promise<KpiLive | null> {
  const live = await kpi.live().catch(() => null);
  return live === null || Math.abs(clock() - live.atEpochMs) > staleAfterMs ? null : live;
}
