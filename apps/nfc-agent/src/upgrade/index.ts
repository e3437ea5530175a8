export type { AgentAnswer } from "./await-agent.ts";
export { defaultPrefix, ownPrefix, type Place, packageRoot, placeAt } from "./place.ts";
export { runUpgrade } from "./run-upgrade.ts";
export { readUpgradeSettings, type UpgradeSettings, upgradeSettingsSchema } from "./upgrade-settings.ts";
export { versionTrouble } from "./version-trouble.ts";
export { wantedVersion } from "./wanted-version.ts";
