export {
  type ActTerms,
  type Actuator,
  type Landscape,
  landscapeSchema,
  type Replica,
  replicaStates,
  type Workload,
} from "./actuator.ts";
export {
  type ActuatorAct,
  actuatorActSchema,
  mostReplicas,
  type ReleaseSpec,
  releaseSpecSchema,
} from "./actuator-act.ts";
export { actRefused, type RefusalKind, refusalKinds, refusalOf } from "./refusal.ts";
export {
  serviceWordSchema,
  type WorkloadName,
  workloadNameSchema,
  workloadText,
} from "./workload-name.ts";
