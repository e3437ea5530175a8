import type { ArchiveShare } from "@tapline/adapters/keys";
import { keyNamed, shortId, withKeys } from "./key-command.ts";

export async function map({ lost, json }: { lost?: string[]; json?: boolean }): Promise<void> {
  await withKeys(async ({ ring, map: keyMap }) => {
    const keys = await ring.read();
    if (lost !== undefined) {
      const gone = lost.map((name) => keyNamed(keys, name).ski);
      const usable = keys.filter(({ state }) => state !== "revoked").map(({ ski }) => ski);
      const share = await keyMap.lostWith(gone, usable);
      return say(
        json === true
          ? JSON.stringify(share)
          : `without these keys, ${spoken(share)} could not be opened by anybody`,
      );
    }
    for (const share of await keyMap.shares()) {
      const key = keys.find(({ ski }) => ski === share.ski);
      const name =
        share.ski === null
          ? "no key noted (archived by an earlier version)"
          : key === undefined
            ? `key id ${share.ski} (not in the ring)`
            : `${shortId(key.certSha256)}  ${key.role}  ${key.state}  ${key.subject}`;
      say(json === true ? JSON.stringify(share) : `${name}: ${spoken(share)}`);
    }
  });
}

function spoken({ segments, taps, firstAtEpochMs, lastAtEpochMs }: ArchiveShare): string {
  if (firstAtEpochMs === null || lastAtEpochMs === null) return "nothing";
  const day = (epochMs: number): string => new Date(epochMs).toISOString().slice(0, 10);
  return `${segments} segments with ${taps} taps, archived ${day(firstAtEpochMs)} to ${day(lastAtEpochMs)}`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
