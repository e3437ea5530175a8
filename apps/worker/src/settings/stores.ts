import { redisUrlForms, redisUrlPattern } from "@tapline/core/kernel";
import { z } from "zod";

const redisUrl = z.string().regex(redisUrlPattern, redisUrlForms);

/** What every process needs. */
export const storesSettings = {
  /** PostgreSQL. */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  /** Connections to it that this process opens at most; default: what its services need, 8 at most. */
  TAPLINE_DATABASE_CONNECTIONS: z.coerce.number().int().min(2).max(100).optional(),
  /** Redis ≥ 6.2 or Valkey, one server, one with replicas, or a cluster; `appendfsync always` makes an answer of "durable" mean what it says. */
  REDIS_URL: redisUrl,
} as const;
