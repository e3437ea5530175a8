import type { KpiLive } from "@tapline/core/kpi";
import { useTimeZone } from "../../client/time-zone.ts";
import { Notice } from "../../ui/notice.tsx";
import { troublesOf } from "./trouble-text.ts";

/** Names what stands in the way of taps; nothing while all is well. */
export function Troubles({ live }: { live: KpiLive }) {
  const zone = useTimeZone();
  return troublesOf(live, zone).map(({ key, title, text }) => (
    <div key={key} data-testid="trouble">
      <Notice className="mb-3" tone="warning" title={title}>
        {text}
      </Notice>
    </div>
  ));
}
