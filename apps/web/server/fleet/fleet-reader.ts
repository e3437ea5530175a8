import type { FleetDesk, FleetStore } from "@tapline/adapters/prisma/fleet";

/** The part of the fleet's store that the console reads. */
export type FleetReader = Pick<FleetStore, "agents" | "state" | "revisions" | "limits" | "tracks">;

/** What people do on the console to agents. */
export type FleetSteering = Omit<FleetDesk, "setRing">;
