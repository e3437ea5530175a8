import { agentIdSchema } from "@tapline/core/tap";
import { z } from "zod";
import { path, port } from "./forms.ts";

/** One process. */
export const processSettings = {
  /** 32 bytes in hexadecimal; seals taps in the buffer and in quarantine. All workers have the same. */
  TAPLINE_PROCESS_KEY: path.optional(),
  /** The key before the present one: what was sealed under it still opens. */
  TAPLINE_PROCESS_KEY_PREVIOUS: path.optional(),
  /** Port of /healthz, /readyz and /metrics; 0 = any free one. */
  TAPLINE_HEALTH_PORT: port.default(0),
  /** Address of that port. Beyond loopback, for a cluster's probes, there are no metrics. */
  TAPLINE_HEALTH_HOST: z.string().min(1).default("127.0.0.1"),
  /** Seconds that a process goes on serving after it was asked to end and is no longer ready: until nobody is led to it any more. */
  TAPLINE_DRAIN_DELAY_SECONDS: z.coerce.number().min(0).max(600).default(0),
  /** Seconds that running work may take to end after that. The supervisor of `npm start` allows 5 in all. */
  TAPLINE_GRACE_SECONDS: z.coerce.number().min(1).max(3_600).default(3),
  /** A Prometheus that scrapes Istio's proxies, for the telemetry role; unset: the mesh says nothing. */
  PROMETHEUS_URL: z.url({ protocol: /^https?$/, error: "must be an http:// or https:// URL" }).optional(),
  /** Name of this process in telemetry; default: host and pid. */
  TAPLINE_INSTANCE: agentIdSchema.optional(),
  /**
   * `on`: a parent that forked this process may hold it at named points, or have it die there, for drills. Without a
   * parent of that kind there are no points, whatever this says.
   */
  TAPLINE_FAULT_POINTS: z.enum(["on", "off"]).default("off"),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
} as const;
