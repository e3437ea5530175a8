import { colourSchema } from "@tapline/core/kernel";
import { z } from "zod";
import { path, port } from "./forms.ts";

/** What runs the services, and which side of a change of releases this process stands on. */
export const handsSettings = {
  /** Colour of the workload that this process belongs to. */
  TAPLINE_COLOUR: colourSchema.default("blue"),
  /** What runs the services and can change how many there are: the supervisor of `npm start`, a cluster, or nothing that we may ask. */
  TAPLINE_ACTUATOR: z.enum(["none", "local", "kubernetes"]).default("none"),
  /** For `local`: path of the supervisor's socket. */
  TAPLINE_ACTUATOR_SOCKET: path.optional(),
  /** For `kubernetes`, outside a cluster: path of a kubeconfig, of which the current context names the namespace. */
  TAPLINE_KUBECONFIG: path.optional(),
  /** For `kubernetes`, inside one: where the API server is. Kubernetes sets both for each pod. */
  KUBERNETES_SERVICE_HOST: z.string().min(1).optional(),
  KUBERNETES_SERVICE_PORT: port.optional(),
} as const;
