import { TaplineError } from "@tapline/core/kernel";
import { z } from "zod";
import type { Transaction } from "./acts.ts";
import type { PrismaClient } from "./generated/client.ts";

/** Services that cannot go from one release to another here, and why. */
export type FixedServices = Readonly<Record<string, string>>;

const factName = "releases.fixed";
const fixedSchema = z.record(z.string(), z.string());

type Facts = Pick<PrismaClient | Transaction, "installationFact">;

/** As whoever leads releases saw it last; none where nobody has looked yet. @throws TaplineError `corrupt` where what stands there is not that */
export async function readFixed(facts: Facts): Promise<FixedServices> {
  const fact = await facts.installationFact.findUnique({ where: { name: factName } });
  if (fact === null) return {};
  try {
    return fixedSchema.parse(JSON.parse(fact.value));
  } catch (cause) {
    throw new TaplineError(
      "corrupt",
      `which services keep to one release does not read: the fact ${factName} in installation_fact is none of ours`,
      {
        remedy:
          "a process with the role noops that leads releases writes it anew; where none runs, delete that row",
        cause,
      },
    );
  }
}

export async function noteFixed(facts: Facts, fixed: FixedServices): Promise<void> {
  const fact = { name: factName, value: JSON.stringify(fixed) };
  await facts.installationFact.upsert({ where: { name: factName }, create: fact, update: fact });
}

/** @throws TaplineError `conflict` where the service cannot go from one release to another here */
export async function assertMayShift(facts: Facts, service: string): Promise<void> {
  const why = (await readFixed(facts))[service];
  if (why === undefined) return;
  throw new TaplineError("conflict", `${service} keeps to one release here: ${why}`, {
    remedy: "docs/releases.md says which services have releases side by side, and where",
  });
}
