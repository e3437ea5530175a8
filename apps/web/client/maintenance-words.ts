import type { MaintenanceView } from "../contracts/alert-channels.ts";
import * as strings from "../strings/generated/client/maintenance-words.ts";

/** Of what maintenance is, in words. */
export function maintenanceWords({ sites, rules }: Pick<MaintenanceView, "sites" | "rules">): string {
  const ofSites = sites.length === 0 ? strings.allSites : sites.join(", ");
  return rules.length === 0 ? ofSites : `${ofSites}: ${rules.join(", ")}`;
}
