import { messageOf } from "@tapline/core/kernel";
import type { ReadBackShare } from "@tapline/core/kpi";
import type { Verified } from "../care/verify-archive.ts";
import type { VerifiedArchive } from "../care/verify-archives.ts";
import type { ArchiveFault } from "../care/verify-segment.ts";
import { count } from "./count.ts";

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
    end: (
      archives: readonly VerifiedArchive[],
      doubled: number,
      shares: readonly ReadBackShare[],
      compared: boolean,
    ): 0 | 1 | 2 => {
      const away = archives.flatMap((one) => ("error" in one ? [one.archive] : []));
      const found = archives.flatMap((one) => ("found" in one ? [one.found.faults] : []));
      const faults = found.reduce((sum, one) => sum + one, doubled);
      for (const one of archives) {
        // Of one archive alone the taps that lie in it twice are its own faults.
        const [summary, line] = summaryOf(one, isSeveral ? 0 : doubled, shares, compared);
        write(summary, `${of(one.archive)}${line}`);
      }
      if (isSeveral)
        write(
          { archives: archives.length, away, faults, doubled, compared },
          `${count(archives.length, "archive")}: ${count(faults, "fault")}, ${doubled} of them taps that lie in two segments; ${count(away.length, "archive")} could not be verified`,
        );
      if (faults > 0) return 2;
      return away.length > 0 ? 1 : 0;
    },
  };
}

/** What is said of one archive: as JSON, and as a line. */
function summaryOf(
  one: VerifiedArchive,
  doubled: number,
  shares: readonly ReadBackShare[],
  compared: boolean,
): readonly [summary: object, line: string] {
  const { archive } = one;
  if ("error" in one) {
    const error = messageOf(one.error);
    return [{ archive, error }, `could not be verified: ${error}`];
  }
  const found = { ...one.found, faults: one.found.faults + doubled };
  const share = shares.find((other) => other.archive === archive);
  if (share === undefined)
    return [{ archive, ...found, readBack: null, compared }, summaryLine(found, compared)];
  const { objects, readBack } = share;
  return [
    { archive, ...found, readBack: { objects, readBack }, compared },
    `${summaryLine(found, compared)}; ${shareText(share)}`,
  ];
}

function summaryLine(found: Verified, compared: boolean): string {
  const parts = [
    `${count(found.segments, "segment")}`,
    `${count(found.objects, "object")} read (${found.objectBytes} bytes)`,
    `${found.decrypted} decrypted`,
    ...Object.entries(found.closed).map(
      ([keys, objects]) => `${objects} closed, right by their digests: they open with ${keys}`,
    ),
    `${count(found.taps, "tap")}`,
    ...(found.outOfOrder === 0 ? [] : [`${found.outOfOrder} of them archived behind later ones`]),
    ...(found.rewraps === 0 ? [] : [`${count(found.rewraps, "rewrap")}`]),
    ...(found.uncommitted === 0
      ? []
      : [`${count(found.uncommitted, "file")} of uploads that were not finished`]),
    compared ? "compared with the index" : "not compared with the index",
  ];
  return `${count(found.faults, "fault")}; ${parts.join(", ")}`;
}

/** Since they were stored: by uploads, drills and verifications. */
function shareText({ objects, readBack }: ReadBackShare): string {
  const percent = objects === 0 ? 0 : Math.floor((1_000 * readBack) / objects) / 10;
  return `read back at least once: ${readBack} of ${count(objects, "object")} (${percent} %)`;
}
