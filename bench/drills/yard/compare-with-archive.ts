import type { AgentFigures, Installation } from "../../installation/index.ts";
import type { DrillResult } from "../drill.ts";
import { quarantined } from "../quarantined.ts";
import { readArchive } from "../read-archive.ts";
import { readLedger } from "../read-ledger.ts";
import type { Flow } from "./flow.ts";
import { isLost, judge } from "./judge.ts";
import { traceLost } from "./trace-lost.ts";
import { orderFaults } from "./tracker-order.ts";

/** Decrypts the archive, reads the quarantine, and judges by both: nothing lost, nothing twice, order kept. */
export async function compareWithArchive(
  {
    installation,
    flow,
    agent = null,
  }: {
    readonly installation: Pick<Installation, "databaseUrl" | "archiveDir" | "archiveKey">;
    readonly flow: Pick<Flow, "ledger">;
    /** Whose taps the ledger and the figures are of, where others send, too. */
    readonly agent?: string | null;
  },
  figures: AgentFigures,
): Promise<Omit<DrillResult, "faults">> {
  const { handed } = await readLedger(flow.ledger);
  const refused = new Set((await quarantined(installation.databaseUrl)).map(({ sha256 }) => sha256));
  const archive = await readArchive(installation, agent);
  const judged = judge({ handed, figures, refused, archive });
  const lost = handed.filter((packet) => isLost(packet, { archive, refused }));
  const faultsFound = [
    ...judged.faultsFound,
    ...orderFaults(archive.places.keys(), handed),
    ...(lost.length > 0 ? await traceLost(lost, installation.databaseUrl) : []),
  ];
  return { ...judged, late: archive.late, faultsFound };
}
