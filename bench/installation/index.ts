export { type AgentFigures, type AgentProcess, agentDir, startAgent } from "./agent-process.ts";
export {
  type ArchivedTap,
  archivedTaps,
  committedObjects,
  countArchived,
  identityOf,
} from "./archived-taps.ts";
export { baseEnvironment, readConfig } from "./config.ts";
export { agentId } from "./keys.ts";
export { makeTrackers, type Trackers } from "./make-trackers.ts";
export type { MeshSide } from "./mesh-side.ts";
export type { Life, Part, PartKind } from "./part.ts";
export {
  type Installation,
  type InstallationOptions,
  type PublicTracker,
  startInstallation,
} from "./start-installation.ts";
export { StartedStack, type StartedStores, type Victim } from "./started-stack.ts";
