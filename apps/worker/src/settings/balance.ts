import { balancedServices, type ReplicaBounds } from "@tapline/core/balance";
import { z } from "zod";
import { list, path, port } from "./forms.ts";

const boundsPattern = /^([a-z]+)=(\d{1,4})-(\d{1,4})$/;

const bounds = z.string().transform((text, context): [string, ReplicaBounds] => {
  const [, service = "", min = "", max = ""] = boundsPattern.exec(text) ?? [];
  const read = { min: Number(min), max: Number(max) };
  if (!balancedServices.includes(service) || read.min < 1 || read.max < read.min)
    context.addIssue(
      `"${text}" is not <service>=<least>-<most> with a service of ${balancedServices.join(", ")}`,
    );
  return [service, read];
});

/** How many replicas of each service are wished, and who may ask for it. */
export const balanceSettings = {
  /** Least and most replicas by service, comma-separated, as ingest=2-12,transfer=1-2. Default: what one small machine carries. */
  TAPLINE_BALANCE_BOUNDS: list.pipe(z.array(bounds)).default([]),
  /** Port on which KEDA may ask for wishes by gRPC; 0 = any free one. Unset: nobody is answered. */
  TAPLINE_SCALER_PORT: port.optional(),
  TAPLINE_SCALER_HOST: z.string().default("127.0.0.1"),
  /** PEM paths: the scaler's certificate with its chain, its key, and the authority that KEDA's client certificate comes from. */
  TAPLINE_SCALER_CERT: path.optional(),
  TAPLINE_SCALER_KEY: path.optional(),
  TAPLINE_SCALER_CA: path.optional(),
} as const;
