import { randomBytes } from "node:crypto";
import { ArchiveCopies, ClosedArchives } from "@tapline/adapters/prisma";
import { ArchiveSet, nonEmpty, SftpArchive, type SftpHooks } from "@tapline/adapters/sftp";
import { newEntry } from "@tapline/core/audit";
import { readArchiveSettings } from "../archive-settings.ts";
import { archiveFileOf } from "../fault-points/archive-file.ts";
import type { Parts } from "./parts.ts";

/** The archives that the settings name. */
export async function openArchives(parts: Parts): Promise<ArchiveSet> {
  const { config, instrument, log, telemetry } = parts;
  const { targets, rule } = await readArchiveSettings(config);
  const opened = targets.map(({ name, settings }) => {
    const archive = instrument("archive", new SftpArchive(settings, watching(name, parts)), {
      promising: ["connect", "put", "putTogether", "read", "stat", "list", "remove", "quarantine"],
      detailOf: (method, args) => (method === "put" ? fileAt(method, args) : null),
    });
    return { name, archive };
  });
  const closed = new ClosedArchives(parts.prisma);
  const set = new ArchiveSet(nonEmpty(opened), rule, {
    isClosed: (archive) => closed.has(archive),
    onStored: (archive) => telemetry.countOfArchive("archive.stored", archive),
    onFault: (archive, segment, err) => {
      telemetry.countOfArchive("archive.failed", archive);
      log.warn({ err, archive, segment }, "an archive did not take a segment");
    },
    onLate: (archive, segment) => noteLate(archive, segment, parts),
  });
  return instrument("archives", set);
}

/** Counts and logs what one archive tells. */
function watching(archive: string, { telemetry, log, instrument, readBackNotes }: Parts): SftpHooks {
  const step = async (_path: string) => undefined;
  const steps = instrument("upload", { part: step, turn: step, named: step }, { detailOf: fileAt });
  return {
    steps,
    onWritten: (file) => {
      const { bytes, readBack } = file;
      readBackNotes.add(archive, file);
      telemetry.countOfArchive("archive.written_bytes", archive, bytes);
      if (readBack) telemetry.count("archive.read_back_bytes", bytes);
    },
    onCircuit: (change) => {
      if (change.is === "closed") return log.info({ archive }, "the archive works again");
      telemetry.count("archive.circuit_opened");
      log.error(
        { archive, err: change.error },
        "the archive failed several times in a row; it is tried now and then",
      );
    },
    onSpace: ({ level, freeBytes }) => {
      if (level === "plenty") return log.info({ archive, freeBytes }, "the archive has room again");
      telemetry.count("archive.space_short");
      const what = level === "none" ? "nothing more is sent until there is" : "make room in time";
      log.error({ archive, freeBytes }, `the archive has little room left: ${what}`);
    },
  };
}

/** An upload that ended after the segment was recorded. Where noting it fails, the comparison with the index finds it. */
function noteLate(target: string, segment: string, { prisma, clock, log }: Parts): void {
  const entry = newEntry(clock(), randomBytes, {
    ...{ actor: { kind: "job", id: "transfer" }, action: "segment.copied", subject: `segment/${segment}` },
    ...{ reason: null, facts: { target, from: "upload" } },
  });
  new ArchiveCopies(prisma)
    .noteCopy(segment, target, entry)
    .catch((err: unknown) =>
      log.info({ err, segment, archive: target }, "a late copy could not be noted yet"),
    );
}

const fileAt = (_method: string, [path]: readonly unknown[]): string => archiveFileOf(String(path));
