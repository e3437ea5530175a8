import type { FleetDesk, FleetStore } from "@tapline/adapters/prisma";

/** The part of the fleet's store that the console reads. */
export type FleetReader = Pick<FleetStore, "agents" | "state" | "revisions">;

/** What people do on the console to single agents. */
export type AgentSteering = Pick<FleetDesk, "pin" | "unpin">;
