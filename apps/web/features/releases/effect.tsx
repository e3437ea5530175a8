import { RefusedNotice } from "../../client/refused-notice.tsx";
import type { ShiftEffectView } from "../../contracts/releases.ts";
import * as strings from "../../strings/generated/releases/effect.ts";
import { Skeleton } from "../../ui/skeleton.tsx";

/** What an act will do, as the server says beforehand. */
export function Effect({ told, error }: { told: ShiftEffectView | undefined; error: unknown }) {
  if (error !== null && error !== undefined)
    return <RefusedNotice error={error} lookAt={strings.theService} />;
  if (told === undefined) return <Skeleton className="h-4 w-2/3" />;
  return <p className="text-sm font-medium [overflow-wrap:anywhere]">{told.says}</p>;
}
