import * as strings from "../../strings/generated/client/chart/zoomed.ts";
import { Button } from "../../ui/button.tsx";
import { formatTime } from "../format.ts";
import { useTimeZone } from "../time-zone.ts";
import type { Zoom } from "./use-zoom.ts";

/** Says above a chart's lines that it shows a part, and leads back to all of it. */
export function Zoomed({ zoom }: { zoom: Zoom }) {
  const zone = useTimeZone();
  if (!zoom.isZoomed && !zoom.isElsewhere) return null;
  const { fromEpochMs, untilEpochMs } = zoom.shown;
  return (
    <p className="mb-1 flex items-center gap-2 self-end rounded-md border border-line bg-surface py-0.5 pr-0.5 pl-2 text-xs text-ink-soft print:hidden">
      {zoom.isElsewhere ? (
        strings.nothingIsHereOfThe
      ) : (
        <span className="figure">
          {formatTime(fromEpochMs, zone)} – {formatTime(untilEpochMs, zone)}
        </span>
      )}
      <Button kind="outline" className="h-6 px-2 text-xs" onClick={zoom.showAll}>
        {strings.showAll}
      </Button>
    </p>
  );
}
