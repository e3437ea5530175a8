export { kubeconfig, ownNamespace, serviceAccountConfig } from "./cluster-config.ts";
export { KubernetesActuator } from "./kubernetes-actuator.ts";
