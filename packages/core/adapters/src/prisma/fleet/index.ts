export { type BoardAgent, FleetBoard } from "./fleet-board.ts";
export { type FleetAct, FleetDesk } from "./fleet-desk.ts";
export {
  type ConfigRevision,
  type FleetPlan,
  FleetStore,
  type FleetTrack,
  type ToldReport,
} from "./fleet-store.ts";
