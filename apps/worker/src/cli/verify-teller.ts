import { messageOf } from "@tapline/core/kernel";
import type { Verified } from "../care/verify-archive.ts";
import type { VerifiedArchive } from "../care/verify-archives.ts";
import type { ArchiveFault } from "../care/verify-segment.ts";

/** Says on stdout what a verification finds: lines for people, or one JSON object for each fault and each archive. */
export function verifyTeller(isSeveral: boolean, isJson: boolean) {
  const of = (archive: string | null): string =>
    isSeveral && archive !== null ? `archive ${archive}: ` : "";
  const write = (object: object, line: string): void =>
    void process.stdout.write(isJson ? `${JSON.stringify(object)}\n` : `${line}\n`);
  return {
    /** The beginning of a line about one archive; "" where there is only one. */
    of,
    fault: (archive: string | null, fault: ArchiveFault): void =>
      write({ archive, ...fault }, `fault: ${of(archive)}${fault.file}: ${fault.message}`),
    /** @returns the command's exit code */
    end: (archives: readonly VerifiedArchive[], doubled: number, compared: boolean): 0 | 1 | 2 => {
      const away = archives.flatMap((one) => ("error" in one ? [one.archive] : []));
      let faults = doubled;
      for (const one of archives) {
        if ("error" in one) {
          const error = messageOf(one.error);
          write({ archive: one.archive, error }, `${of(one.archive)}could not be verified: ${error}`);
          continue;
        }
        faults += one.found.faults;
        // Of one archive alone the taps that lie in it twice are its own faults.
        const found = isSeveral ? one.found : { ...one.found, faults };
        write(
          { archive: one.archive, ...found, compared },
          `${of(one.archive)}${summaryLine(found, compared)}`,
        );
      }
      if (isSeveral)
        write(
          { archives: archives.length, away, faults, doubled, compared },
          `${archives.length} archives: ${faults} faults, ${doubled} of them taps that lie in two segments; ${away.length} archives could not be verified`,
        );
      return faults > 0 ? 2 : away.length > 0 ? 1 : 0;
    },
  };
}

function summaryLine(found: Verified, compared: boolean): string {
  const parts = [
    `${found.segments} segments`,
    `${found.objects} objects read (${found.objectBytes} bytes)`,
    `${found.decrypted} decrypted`,
    `${found.taps} taps`,
    ...(found.outOfOrder === 0 ? [] : [`${found.outOfOrder} of them archived behind later ones`]),
    ...(found.rewraps === 0 ? [] : [`${found.rewraps} rewraps`]),
    ...(found.uncommitted === 0 ? [] : [`${found.uncommitted} files of uploads that were not finished`]),
    compared ? "compared with the index" : "not compared with the index",
  ];
  return `${found.faults} faults; ${parts.join(", ")}`;
}
