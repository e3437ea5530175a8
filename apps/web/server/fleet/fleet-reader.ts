import type { FleetStore } from "@tapline/adapters/prisma";

/** The part of the fleet's store that the console reads. */
export type FleetReader = Pick<FleetStore, "agents" | "state">;
