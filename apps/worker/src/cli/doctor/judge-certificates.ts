import { z } from "zod";
import type { ClusterPicture } from "../../wire/commands/cluster.ts";
import { count } from "../count.ts";
import { type Finding, fault, judged } from "./finding.ts";
import { withObjects } from "./read-objects.ts";

const statusSchema = z.looseObject({
  notAfter: z.string().optional(),
  renewalTime: z.string().optional(),
  conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).default([]),
});
/** cert-manager tries again within an hour where a renewal fails. */
const lateMs = 3_600_000;

/** Whether cert-manager's certificates are there and are renewed in time. Secrets are not read: who only looks needs no keys. */
export function judgeCertificates(picture: ClusterPicture): readonly Finding[] {
  return withObjects("certificates", picture, ["certificates"], ({ certificates }) =>
    judged(
      "certificates",
      certificates.flatMap(({ metadata: { name }, status }) => {
        const what = troubleOf(statusSchema.parse(status), picture.answeredAtEpochMs);
        return what === null
          ? []
          : [fault("certificates", `${name} ${what}`, `kubectl describe certificate ${name}`)];
      }),
      certificates.length === 0
        ? "cert-manager keeps none here"
        : `${count(certificates.length, "certificate")} of cert-manager, renewed in time`,
    ),
  );
}

function troubleOf(
  { notAfter = "", renewalTime = "", conditions }: z.infer<typeof statusSchema>,
  nowEpochMs: number,
): string | null {
  if (conditions.find(({ type }) => type === "Ready")?.status !== "True") return "is not ready";
  if (Date.parse(notAfter) <= nowEpochMs) return `ended at ${notAfter}`;
  return Date.parse(renewalTime) + lateMs <= nowEpochMs ? `should have been renewed at ${renewalTime}` : null;
}
