import { KeyRing } from "@tapline/adapters/keys";
import { validFromEpochMs } from "@tapline/core/encryption";
import type { KpiReadings } from "@tapline/core/kpi";
import { collectEndings, watchedFiles } from "../keys/collect-endings.ts";
import { readSetting } from "../read-setting.ts";
import type { Parts } from "./parts.ts";

/** Tells how old the archive's oldest key is, and when the first of all keys and certificates runs out. */
export function openKeyReadings({
  prisma,
  clock,
  config,
}: Pick<Parts, "prisma" | "clock" | "config">): () => Promise<KpiReadings> {
  const ring = new KeyRing(prisma, clock);
  const files = watchedFiles(config);
  return async () => {
    const keys = await ring.read();
    const active = keys.filter(({ role, state }) => role === "archive" && state === "active");
    const { endings } = await collectEndings(files, keys, (path) => readSetting(path, "a certificate"));
    return {
      oldestKeyAtEpochMs:
        active.length === 0 ? null : Math.min(...active.map(({ certPem }) => validFromEpochMs(certPem))),
      firstEndAtEpochMs: endings[0]?.endsAtEpochMs ?? null,
    };
  };
}
