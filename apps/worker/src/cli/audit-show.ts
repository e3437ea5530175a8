import type { KeptNote } from "@tapline/adapters/prisma";
import { checkpointText, formatVerifierKey } from "@tapline/core/audit";
import { openAuditLog } from "../wire/commands/audit.ts";
import { count } from "./count.ts";
import { findStores } from "./find-stores.ts";
import { readLogKeys } from "./read-log-keys.ts";
import { spanText } from "./span-text.ts";

export async function showKey(): Promise<void> {
  for (const key of await readLogKeys(undefined)) process.stdout.write(`${formatVerifierKey(key)}\n`);
}

export async function show(options: { log?: string; note?: boolean; json?: boolean }): Promise<void> {
  const { name, log, close } = await openAuditLog((await findStores()).databaseUrl, options.log);
  try {
    const [{ size, signed, cosigned }, waiting] = [await log.head(), await log.waiting()];
    const root = await log.rootAt(size);
    const text =
      options.json === true
        ? JSON.stringify({
            ...{ log: name, size, root: Buffer.from(root).toString("base64"), waiting },
            ...{ signedAtEpochMs: signed?.atEpochMs ?? null },
            ...{ cosignedSize: cosigned?.size ?? null, cosignedAtEpochMs: cosigned?.atEpochMs ?? null },
          })
        : [
            `log ${name}`,
            checkpointText({ size, root }),
            `checkpoint: ${signed === null ? "none yet" : ageText(signed)}; ${count(waiting, "entry", "entries")} waiting for a place`,
            `cosigned by a witness: ${cosigned === null ? "never" : `${count(cosigned.size, "entry", "entries")}, ${ageText(cosigned)}`}`,
          ].join("\n");
    process.stdout.write(options.note === true ? ((cosigned ?? signed)?.note ?? "") : `${text}\n`);
  } finally {
    await close();
  }
}

const ageText = ({ atEpochMs }: KeptNote): string => `${spanText(Date.now() - atEpochMs)} old`;
