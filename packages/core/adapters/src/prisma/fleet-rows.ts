import type { FleetAgent, FleetState, Rollout, RolloutState, Track } from "@tapline/core/rollout";
import { agentReportSchema } from "@tapline/core/tap";
import type { Prisma } from "./generated/client.ts";

type Reads = Pick<Prisma.TransactionClient, "rollout" | "agent" | "agentReport" | "installationFact">;

/** Changes with everything that may change what is wanted of an agent. */
export const fleetMarkFact = "fleet.mark";

/** What holds, and what is under way, of both kinds. */
export async function readFleetState(prisma: Reads): Promise<FleetState> {
  const [config, version] = [await readTrack(prisma, "config"), await readTrack(prisma, "version")];
  return {
    config: mapTrack(config, Number),
    version: mapTrack(version, (text) => (text === "" ? null : text)),
  };
}

async function readTrack(prisma: Reads, kind: string): Promise<Track<string>> {
  const find = (state: RolloutState[]) =>
    prisma.rollout.findFirst({ where: { kind, state: { in: state } }, orderBy: { id: "desc" } });
  const [underWay, done] = [await find(["running", "halted"]), await find(["done"])];
  const standing = done?.target ?? (kind === "config" ? "0" : "");
  if (underWay === null) return { standing, rollout: null };
  const { id, target, base, rings, reached, state } = underWay;
  return { standing, rollout: { id, target, base, rings, reached, state: state as RolloutState } };
}

function mapTrack<Value>({ standing, rollout }: Track<string>, read: (text: string) => Value): Track<Value> {
  const mapped: Rollout<Value> | null = rollout && {
    ...rollout,
    target: read(rollout.target),
    base: read(rollout.base),
  };
  return { standing: read(standing), rollout: mapped };
}

/** All agents with their last reports, by name. A report that an earlier release kept in another form counts as none. */
export async function readFleetAgents(prisma: Reads): Promise<FleetAgent[]> {
  const [agents, reports] = [
    await prisma.agent.findMany({ orderBy: { id: "asc" } }),
    await prisma.agentReport.findMany(),
  ];
  const told = new Map(reports.map((row) => [row.agent, row]));
  return agents.map(({ id, ring, pinnedRevision, pinnedVersion, enrolledAt, revokedAt }) => {
    const row = told.get(id);
    const report = row === undefined ? undefined : agentReportSchema.safeParse(row.report).data;
    const last =
      row === undefined || report === undefined
        ? null
        : { report, seenAtEpochMs: row.seenAt.getTime(), ageAtReachMs: Number(row.ageAtReachMs) };
    return {
      ...{ id, ring, pinnedRevision, pinnedVersion, last },
      enrolledAtEpochMs: enrolledAt?.getTime() ?? null,
      revokedAtEpochMs: revokedAt?.getTime() ?? null,
    };
  });
}

/** See `fleetMarkFact`; "" before the first change. */
export async function readFleetMark(prisma: Reads): Promise<string> {
  return (await prisma.installationFact.findUnique({ where: { name: fleetMarkFact } }))?.value ?? "";
}
