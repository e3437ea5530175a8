import { readJson } from "@tapline/core/kernel";
import { type ArchivePlan, wantedTargets } from "@tapline/core/transfer";
import { z } from "zod";
import type { PrismaClient } from "./generated/client.ts";

const factName = "archives.declared";

const declaredSchema = z.object({
  mode: z.enum(["mirror", "fail-over"]),
  /** Archives that must hold a segment before it counts. */
  quorum: z.int().min(1),
  targets: z.array(
    z.object({
      name: z.string(),
      /** `host:port`, without who signs in. */
      address: z.string(),
      /** Host keys that are believed, `SHA256:…`. */
      hostKeys: z.array(z.string()),
    }),
  ),
  /** By which process, and when, ms since 1970. */
  by: z.string(),
  atEpochMs: z.int(),
});

/** The archives as a worker's settings name them, without what signs in to them. */
export type DeclaredArchives = Readonly<z.infer<typeof declaredSchema>>;

/** What workers say of the archives in their settings, for those who have no such settings. */
export class DeclaredArchivesFact {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  async declare(archives: DeclaredArchives): Promise<void> {
    const fact = { name: factName, value: JSON.stringify(archives) };
    await this.#prisma.installationFact.upsert({ where: { name: factName }, create: fact, update: fact });
  }

  /** Null where no worker has said it yet, or in a form that is not known here. */
  async read(): Promise<DeclaredArchives | null> {
    const fact = await this.#prisma.installationFact.findUnique({ where: { name: factName } });
    return fact === null ? null : readJson(declaredSchema, fact.value);
  }
}

/** Names of the declared archives that every segment shall lie in. */
export function wantedOf({
  mode,
  targets,
}: {
  mode: ArchivePlan["mode"];
  targets: readonly { name: string }[];
}) {
  return wantedTargets(
    mode,
    targets.map(({ name }) => name),
  );
}
