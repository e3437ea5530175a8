import { KeyRing } from "@tapline/adapters/keys";
import { ArchiveCopies, AskedTasks, ReadBacks, SegmentCatalogue } from "@tapline/adapters/prisma";
import type { ArchiveSet } from "@tapline/adapters/sftp";
import type { AskedWorks } from "../asked/asked-work.ts";
import { lookAtHostKey, repinHostKey } from "../asked/host-key.ts";
import { previewRestore } from "../asked/preview-restore.ts";
import { previewReplayNow, type ReplayRefusedParts, replayNow } from "../asked/replay-refused.ts";
import { retrySegment } from "../asked/retry-segment.ts";
import { verifyNow } from "../asked/verify-now.ts";
import { believedKeys } from "../care/believed-keys.ts";
import type { ManifestTrust } from "../care/read-archived.ts";
import { readProcessKeys } from "../process-keys.ts";
import { startAskedTasks } from "../roles/asked-tasks.ts";
import type { Role } from "../roles/role.ts";
import { openQuarantine } from "./commands/quarantine.ts";
import { askHostKey, recordRepin } from "./commands/repin.ts";
import { bufferMaxBytes, type Parts } from "./parts.ts";

/** What people ask of the workers about the archive. */
export function openAskedTasks(parts: Parts, archives: ArchiveSet, trust: ManifestTrust["trust"]): Role {
  const { prisma, clock } = parts;
  const catalogue = new SegmentCatalogue(prisma);
  const retrying = { ...parts, copies: new ArchiveCopies(prisma) };
  const verifying = { targets: archives.targets, catalogue, readBacks: new ReadBacks(prisma), trust };
  const restoring = { reader: archives, catalogue, ring: new KeyRing(prisma, clock) };
  const hostKeys = hostKeysOf(parts);
  const refused = replaying(parts);
  const works: AskedWorks = {
    retry: (wish) => retrySegment(wish, retrying),
    verify: (wish, asked) => verifyNow(wish, asked, verifying),
    "preview-restore": (wish) => previewRestore(wish, restoring),
    "preview-replay": (wish) => previewReplayNow(wish, refused),
    replay: (wish, { act }) => replayNow(wish, act, refused),
    "look-at-host-key": (wish) => lookAtHostKey(wish, hostKeys),
    repin: (wish, { act }) => repinHostKey(wish, act, hostKeys),
  };
  return startAskedTasks({
    ...parts,
    works,
    asked: parts.instrument("asked", new AskedTasks(prisma, clock)),
  });
}

function hostKeysOf({ config, clock }: Parts) {
  const settings = {
    planFile: config.TAPLINE_ARCHIVES,
    url: config.TAPLINE_ARCHIVE_URL,
    hostKeyPin: config.TAPLINE_ARCHIVE_HOST_KEY,
  };
  return {
    believed: (target: string) => believedKeys(target, settings),
    offered: (url: string) => askHostKey(url),
    record: (
      ...[repin, act]: [Parameters<typeof recordRepin>[1], Parameters<ReplayRefusedParts["replay"]>[1]]
    ) => recordRepin(config.DATABASE_URL, repin, { ...act, atEpochMs: clock() }),
  };
}

/** By the desk that `tapline quarantine` works with. */
function replaying({ config }: Parts): ReplayRefusedParts {
  const limits = {
    tapsPerSecond: config.TAPLINE_AGENT_TAPS_PER_SECOND,
    windowTaps: config.TAPLINE_CREDIT_WINDOW_TAPS,
    maxBytes: bufferMaxBytes(config),
    sealsFrames: config.TAPLINE_BUFFER_SEAL === "process-key",
  };
  const work = async <Value>(
    act: (desk: ReturnType<typeof openQuarantine>) => Promise<Value>,
  ): Promise<Value> => {
    const desk = openQuarantine(config.DATABASE_URL, (await readProcessKeys(config)) ?? []);
    try {
      return await act(desk);
    } finally {
      await desk.close();
    }
  };
  return {
    preview: (filter) => work((desk) => desk.preview(filter)),
    replay: (filter, act) => work((desk) => desk.replay(filter, act, config.REDIS_URL, limits)),
  };
}
