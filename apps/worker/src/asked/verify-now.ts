import type { AskedOutcome, ReadBacks, SegmentCatalogue } from "@tapline/adapters/prisma";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import { type ArchiveReader, segmentIdSchema } from "@tapline/core/transfer";
import { z } from "zod";
import type { ManifestTrust } from "../care/read-archived.ts";
import { UniqueNames } from "../care/unique-names.ts";
import { type VerifiedArchive, verifyArchives } from "../care/verify-archives.ts";
import { type AskedFor, mostListed } from "./asked-work.ts";

export type VerifyNowParts = {
  readonly targets: readonly { readonly name: string; readonly archive: ArchiveReader }[];
  readonly catalogue: SegmentCatalogue;
  readonly readBacks: Pick<ReadBacks, "note">;
  readonly trust: ManifestTrust["trust"];
};

/** A UTC day as people write it. */
export const daySchema = z.iso.date();

const wishSchema = z.strictObject({
  /** Null: all of them. */
  target: z.string().nullable(),
  /** This UTC day alone, or this segment; both null: all that lies there. */
  day: daySchema.nullable(),
  segment: segmentIdSchema.nullable(),
});

/** Reads what lies in archives back and holds it against its signatures, its digests and the index. Objects stay closed: no key is here. */
export async function verifyNow(
  wish: unknown,
  { tell }: Pick<AskedFor, "tell">,
  parts: VerifyNowParts,
): Promise<AskedOutcome> {
  const { target, day, segment } = wishSchema.parse(wish);
  const targets = parts.targets.filter(({ name }) => target === null || name === target);
  if (targets.length === 0)
    throw new TaplineError("not-found", `the settings of this worker name no archive ${target}`);
  const faults: string[] = [];
  const names = new UniqueNames();
  try {
    const { archives, doubled } = await verifyArchives(
      { sinceDay: "", sampleRatio: 1, segment, ...(day === null ? {} : { day: day.replaceAll("-", "/") }) },
      {
        ...{ targets, names, trust: parts.trust, keys: null, catalogue: parts.catalogue },
        ...{ isOneOfSeveral: parts.targets.length > 1, chance: Math.random },
        onFault: (archive, { file, message }) => {
          if (faults.length < mostListed) faults.push(`${archive ?? "all"}: ${file}: ${message}`);
        },
        onDay: async (archive, at, soFar, read) => {
          await tell(`${archive}, ${at}: ${soFar.segments} segments so far, ${soFar.faults} faults`);
          await parts.readBacks.note(read.map((id) => ({ segment: id, target: archive })));
        },
      },
    );
    return outcomeOf(archives, doubled, faults);
  } finally {
    await names.close();
  }
}

function outcomeOf(
  archives: readonly VerifiedArchive[],
  doubled: number,
  list: readonly string[],
): AskedOutcome {
  const found = archives.flatMap((one) => ("found" in one ? [one.found] : []));
  const silent = archives.flatMap((one) =>
    "error" in one ? [`${one.archive}: ${messageOf(one.error)}`] : [],
  );
  const sum = (of: "segments" | "objects" | "objectBytes" | "taps" | "faults"): number =>
    found.reduce((all, one) => all + one[of], 0);
  const faults = sum("faults") + doubled;
  const [segments, taps] = [sum("segments"), sum("taps")];
  return {
    says:
      faults === 0 && silent.length === 0
        ? segments === 0
          ? "Nothing lies there, and the index misses nothing."
          : "All of it is as it was archived."
        : [
            ...(faults === 0 ? [] : [`${faults} ${faults === 1 ? "fault was" : "faults were"} found.`]),
            ...(silent.length === 0 ? [] : ["Not every archive answered."]),
          ].join(" "),
    facts: { segments, objects: sum("objects"), bytes: sum("objectBytes"), taps, faults },
    list: [...silent, ...list],
  };
}
