import { SpanKind } from "@opentelemetry/api";
import { TaplineError } from "@tapline/core/kernel";
import { type AwayArchive, mostErrorChars } from "@tapline/core/telemetry";
import {
  type ArchiveEntry,
  type ArchiveReader,
  type ArchiveRule,
  archiveRule,
  objectPaths,
  wantedTargets,
} from "@tapline/core/transfer";
import { inSpan } from "@tapline/telemetry/tracing";
import { readerOfSeveral } from "./read-from-several.ts";
import type { SftpArchive } from "./sftp-archive.ts";
import { storeAtQuorum } from "./store-at-quorum.ts";

/** One of the archives that segments go to, by its name in the settings. */
export type ArchiveTarget = { readonly name: string; readonly archive: SftpArchive };

/** The three files of a segment as they are stored. */
export type SegmentFiles = { readonly object: Buffer; readonly manifest: Buffer; readonly signature: Buffer };

/** What a set tells whoever watches. */
export interface SetHooks {
  /** Whether nothing is to be sent to an archive for now. */
  readonly isClosed?: (target: string) => boolean;
  /** An archive took a segment. */
  readonly onStored?: (target: string) => void;
  /** An archive could not do its part; the others were enough, or the caller hears of it too. */
  readonly onFault?: (target: string, segment: string, error: unknown) => void;
  /** An archive holds a segment that `storeSegment` had already answered for. */
  readonly onLate?: (target: string, segment: string) => void;
}

const awayAfterMs = 5_000;
/** What an archive may have under way before it is left out: a slow one would fill the memory of whoever sends. */
const maxUnderWayBytes = 64 * 1024 * 1024;

/** Every archive that segments go to, and the rule by which a segment counts as archived. */
export class ArchiveSet implements ArchiveReader {
  readonly targets: readonly ArchiveTarget[];
  readonly rule: ArchiveRule;

  readonly #hooks: SetHooks;
  readonly #reader: ArchiveReader;
  /** Uploads that go on after `storeSegment` has answered, by segment. */
  readonly #late = new Map<string, Promise<unknown>>();
  /** Bytes under way to each archive, by its name. */
  readonly #underWay = new Map<string, number>();

  /** @param rule default: mirrors, of which more than half must hold a segment */
  constructor(
    targets: readonly [ArchiveTarget, ...ArchiveTarget[]],
    rule: ArchiveRule = archiveRule({ mode: "mirror", targets }),
    hooks: SetHooks = {},
  ) {
    this.targets = targets;
    this.rule = rule;
    this.#hooks = hooks;
    this.#reader = readerOfSeveral(targets, rule.quorum);
  }

  /** Names of all archives. */
  get names(): readonly string[] {
    return this.targets.map(({ name }) => name);
  }

  /** Those that shall hold every segment, in time. */
  get wanted(): readonly ArchiveTarget[] {
    const wanted = wantedTargets(this.rule.mode, this.names);
    return this.targets.filter(({ name }) => wanted.includes(name));
  }

  /** Archives of which nothing worked for 5 s or longer: a connection that was cut is no outage. */
  away(): AwayArchive[] {
    return this.targets.flatMap(({ name, archive: { failing } }) => {
      if (failing === null || failing.forMs < awayAfterMs) return [];
      const why = failing.error.code === "misconfigured" ? "misconfigured" : "unavailable";
      const error = failing.error.message.slice(0, mostErrorChars);
      return { archive: name, forMs: Math.round(failing.forMs), why, error };
    });
  }

  /** Connects ahead of the first segment. @throws where too few answer for a segment to count */
  async connect(): Promise<void> {
    await this.#atLeast(this.rule.quorum, ({ archive }) => archive.connect());
  }

  /**
   * Stores a segment: object and signature, then the manifest, whose presence is the commit. Safe to run again. Ends once
   * enough archives hold it and the rest had as long again; who is slower goes on meanwhile, up to 64 MiB: who has more under
   * way than that counts as failed.
   * @returns names of the targets that hold it
   * @throws what the first failing archive said, where too few can hold it
   */
  async storeSegment(id: string, files: SegmentFiles): Promise<string[]> {
    const { stored, rest } = await storeAtQuorum(
      this.targets,
      this.rule,
      async (target) => {
        await this.#storeAt(target, id, files);
        this.#hooks.onStored?.(target.name);
      },
      {
        onFault: (target, error) => this.#hooks.onFault?.(target, id, error),
        onLate: (target) => this.#hooks.onLate?.(target, id),
      },
    );
    this.#late.set(id, rest);
    void rest.then(() => this.#late.delete(id));
    return stored;
  }

  /**
   * Takes a segment out of the count of every archive, keeping its bytes.
   * @throws where so few did it that those left could make it count; others are the caller's to see to, by tasks
   */
  async quarantine(id: string): Promise<void> {
    await this.#late.get(id);
    const enough = this.targets.length - this.rule.quorum + 1;
    await this.#atLeast(enough, ({ archive }) => archive.quarantine(id));
  }

  /** Stores a file at every archive that shall be complete. @throws where one of them fails: the caller repeats it */
  async put(path: string, bytes: Uint8Array): Promise<"written" | "present"> {
    const answers = await Promise.all(this.wanted.map(({ archive }) => archive.put(path, bytes)));
    return answers.includes("written") ? "written" : "present";
  }

  /** From the first archive that has it. */
  read(path: string): Promise<Buffer> {
    return this.#reader.read(path);
  }

  /** From the first archive that has it; null where none of those that could hold a counting copy has. */
  stat(path: string): Promise<ArchiveEntry | null> {
    return this.#reader.stat(path);
  }

  /** What lies in a folder of any of them. @throws where so many are away that something that counts may be missed */
  list(dir: string): Promise<ArchiveEntry[]> {
    return this.#reader.list(dir);
  }

  async close(): Promise<void> {
    await Promise.all(this.targets.map(({ archive }) => archive.close()));
    await Promise.all(this.#late.values());
  }

  async #storeAt({ name, archive }: ArchiveTarget, id: string, files: SegmentFiles): Promise<void> {
    if (this.#hooks.isClosed?.(name) === true)
      throw new TaplineError("unavailable", `archive ${name} is closed: nothing is sent to it for now`, {
        remedy: "`tapline noops ls` says why; the segment is copied there once it is open again",
      });
    const before = this.#underWay.get(name) ?? 0;
    if (before > maxUnderWayBytes)
      throw new TaplineError("unavailable", `archive ${name} is too slow: ${before} bytes are under way`, {
        remedy:
          "The segment is copied there later. Look at the line and at the server, or at its bandwidth limit.",
      });
    const bytes = files.object.length + files.manifest.length + files.signature.length;
    this.#underWay.set(name, before + bytes);
    try {
      const attributes = { "tapline.archive": name, "tapline.bytes": bytes };
      await inSpan("sftp upload", { kind: SpanKind.CLIENT, attributes }, () => storeAt(archive, id, files));
    } finally {
      this.#underWay.set(name, (this.#underWay.get(name) ?? 0) - bytes);
    }
  }

  /** Acts at all; throws the first fault where fewer than `needed` did it. */
  async #atLeast(needed: number, act: (target: ArchiveTarget) => Promise<void>): Promise<void> {
    const outcomes = await Promise.allSettled(this.targets.map((target) => act(target)));
    const faults = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
    if (outcomes.length - faults.length < needed) throw faults[0];
  }
}

async function storeAt(
  archive: SftpArchive,
  id: string,
  { object, manifest, signature }: SegmentFiles,
): Promise<void> {
  const paths = objectPaths(id);
  const others = [
    { path: paths.object, bytes: object },
    { path: paths.signature, bytes: signature },
  ];
  await archive.putTogether(others, { path: paths.manifest, bytes: manifest });
}

/** A set that names no archive is a fault of the settings. */
export function nonEmpty<T>(items: readonly T[]): readonly [T, ...T[]] {
  const [first, ...rest] = items;
  if (first !== undefined) return [first, ...rest];
  throw new TaplineError("misconfigured", "no archive is named", {
    remedy: "Set TAPLINE_ARCHIVE_URL or TAPLINE_ARCHIVES.",
  });
}
