export { applySteps, systemdRuns } from "./apply.ts";
export { planInstall, planUninstall, unitName } from "./plan.ts";
export {
  planPlace,
  planUpgradeRemoval,
  planUpgradeUnits,
  scriptAt,
  type UpgradeInstallOptions,
} from "./plan-upgrade.ts";
