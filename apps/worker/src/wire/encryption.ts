import { KeyRing, RingReadings } from "@tapline/adapters/keys";
import { encryptSegment } from "../jobs/encrypt-segment.ts";
import { RingRecipients } from "../keys/ring-recipients.ts";
import { readNamedKeys, readSigner } from "../pki.ts";
import { need, readSetting } from "../read-setting.ts";
import type { Role } from "../roles/role.ts";
import { startStage } from "../roles/stage.ts";
import { tellRing } from "../roles/tell-ring.ts";
import type { Parts } from "./parts.ts";

/** @returns what ends beside the stage, which ends with its queue */
export async function startEncryption(parts: Parts): Promise<Role> {
  const { config, prisma, clock } = parts;
  const signer = await readSigner(config);
  const trustFile = need(config.TAPLINE_TRUST, "TAPLINE_TRUST", "encryption");
  const ring = new RingRecipients({
    ...parts,
    ring: parts.instrument("keyRing", new KeyRing(prisma, clock)),
    named: await readNamedKeys(config),
    readTrust: () => readSetting(trustFile, "TAPLINE_TRUST"),
    chainPems: signer.chainPem,
    pins: new Set(config.TAPLINE_RECIPIENT_PINS),
  });
  const recipients = () => ring.current();
  const stage = parts.instrument("encryption", {
    run: async (id: string) => await encryptSegment(id, { ...parts, recipients, signer }),
  });
  startStage("encryption", stage.run, parts);
  return tellRing({
    ...parts,
    read: () => ring.reading(),
    readings: new RingReadings(parts.redis, clock),
  });
}
