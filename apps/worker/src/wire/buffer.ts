import { randomUUID } from "node:crypto";
import { ArchiveCopies } from "@tapline/adapters/prisma";
import { BufferBar, Cutters, MemoryWatch } from "@tapline/adapters/redis";
import type { ArchiveSet } from "@tapline/adapters/sftp";
import { need, readSetting } from "../read-setting.ts";
import { startBuffer } from "../roles/buffer.ts";
import type { Role } from "../roles/role.ts";
import { startTakingOver } from "../roles/take-over.ts";
import { watchMemory } from "../roles/watch-memory.ts";
import type { Parts } from "./parts.ts";
import { reconciler } from "./reconciler.ts";

export async function openBuffer(parts: Parts, archives: ArchiveSet): Promise<Role> {
  const { config, log } = parts;
  const trust = await readSetting(need(config.TAPLINE_TRUST, "TAPLINE_TRUST", "buffer"), "TAPLINE_TRUST");
  const copies = new ArchiveCopies(parts.prisma);
  const { check, level } = reconciler({ ...parts, copies }, archives, trust, {
    onFault: (segment, err) => log.error({ err, segment }, "a segment in the archive cannot be judged"),
    onSettled: () => undefined,
    onAway: (target, err) => log.warn({ err, target }, "an archive does not answer: it is compared later"),
  });
  const levelled = async (span: "recent" | "all"): Promise<void> => {
    log.info(await level(span), "index and archive are level");
  };
  const subscriber = parts.connect();
  const role = startBuffer({
    ...{ ...parts, archives: { check, level: levelled }, subscriber },
    partitions: config.TAPLINE_PARTITIONS,
    bar: new BufferBar(parts.redis, config.TAPLINE_PARTITIONS),
    cutters: new Cutters(parts.redis, config.TAPLINE_PARTITIONS),
    cutter: `${parts.instance}/${randomUUID()}`,
  });
  const takingOver = startTakingOver(parts);
  const watching = watchMemory({ ...parts, memory: new MemoryWatch(parts.redis) });
  return {
    stop: async (graceMs) => {
      await Promise.all([role, takingOver, watching].map((each) => each.stop(graceMs)));
      subscriber.disconnect();
    },
  };
}
