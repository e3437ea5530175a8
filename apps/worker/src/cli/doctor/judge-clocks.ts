import { z } from "zod";
import type { ClusterPicture } from "../../wire/commands/cluster.ts";
import { type Finding, fault, judged, unknown } from "./finding.ts";
import { withObjects } from "./read-objects.ts";

/** The API server says its time to the second, and the way there took some. */
const toleranceMs = 2_000;
/** Kubelets renew every 10 s; one that is silent four times as long is not ready for Kubernetes either. */
const silentMs = 40_000;
const leaseSchema = z.looseObject({ renewTime: z.string().optional() });

/**
 * Whether the clocks agree: ours with the API server's, and no node's runs ahead of it. That one lags cannot be told from
 * a renewal that is under way, up to `silentMs`.
 */
export function judgeClocks(picture: ClusterPicture): readonly Finding[] {
  const { serverEpochMs, askedAtEpochMs, answeredAtEpochMs } = picture;
  if (serverEpochMs === null)
    return [unknown("clocks", "the API server does not say what time it is", "compare by hand: date -u")];
  const aheadMs = askedAtEpochMs - (serverEpochMs + 1_000);
  const behindMs = serverEpochMs - answeredAtEpochMs;
  const offMs = Math.max(aheadMs, behindMs);
  const own =
    offMs > toleranceMs
      ? [
          fault(
            "clocks",
            `this machine's clock is ${(offMs / 1000).toFixed(0)} s ${aheadMs > behindMs ? "ahead of" : "behind"} the API server's`,
            "set it by NTP",
          ),
        ]
      : [];
  const nodes = withObjects("clocks", picture, ["nodeLeases"], ({ nodeLeases }) =>
    nodeLeases.flatMap(({ metadata, spec }) => {
      const renewed = Date.parse(leaseSchema.parse(spec).renewTime ?? "");
      if (Number.isNaN(renewed)) return [];
      const ahead = renewed - (serverEpochMs + 1_000);
      if (ahead > toleranceMs)
        return [
          fault("clocks", `node ${metadata.name} is ${(ahead / 1000).toFixed(0)} s ahead`, "set it by NTP"),
        ];
      if (serverEpochMs - renewed > silentMs)
        return [
          fault(
            "clocks",
            `node ${metadata.name} was last heard ${((serverEpochMs - renewed) / 1000).toFixed(0)} s ago, by its clock`,
            `kubectl describe node ${metadata.name}`,
          ),
        ];
      return [];
    }),
  );
  return judged("clocks", [...own, ...nodes], "this machine, the API server and the nodes agree to 2 s");
}
