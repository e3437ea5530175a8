export { applySteps, systemdRuns } from "./apply.ts";
export { planInstall, planUninstall, unitName } from "./plan.ts";
