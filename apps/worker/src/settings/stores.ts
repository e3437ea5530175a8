import { z } from "zod";

/** What every process needs. */
export const storesSettings = {
  /** PostgreSQL. */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  /** Redis ≥ 6.2 or Valkey; `appendfsync always` makes an answer of "durable" mean what it says. */
  REDIS_URL: z.url({ protocol: /^rediss?$/ }),
} as const;
