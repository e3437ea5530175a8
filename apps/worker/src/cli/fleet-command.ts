import type { FleetDesk, FleetStore } from "@tapline/adapters/prisma/fleet";
import type { FleetEffect } from "@tapline/core/rollout";
import { openFleet } from "../wire/commands/fleet.ts";
import { findStores } from "./find-stores.ts";
import type { NamesOf } from "./known-people.ts";

/** Does something with the fleet of the installation. */
export async function withFleet<Result>(
  use: (store: FleetStore, desk: FleetDesk, namesOf: NamesOf) => Promise<Result>,
): Promise<Result> {
  const { store, desk, namesOf, close } = openFleet((await findStores()).databaseUrl);
  try {
    return await use(store, desk, namesOf);
  } finally {
    await close();
  }
}

const mostNamed = 10;

/** What a step does, or did, to whom. */
export function tellEffect(effect: FleetEffect, dryRun: boolean): void {
  const lines = effect.map(({ agents, from, to }) => {
    const named = agents.slice(0, mostNamed).join(", ");
    const more = agents.length > mostNamed ? ` and ${agents.length - mostNamed} more` : "";
    return `${agents.length} agent${agents.length === 1 ? "" : "s"} from ${from} to ${to}: ${named}${more}`;
  });
  const head = dryRun ? "would change:" : "changed:";
  const text =
    lines.length === 0 ? [dryRun ? "no agent would change" : "no agent changes by it"] : [head, ...lines];
  process.stdout.write(`${text.join("\n  ")}\n`);
}
