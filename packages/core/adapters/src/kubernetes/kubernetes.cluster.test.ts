import { actuatorContract } from "../../../contracts/actuator.ts";
import { ClusterConfig } from "./cluster-config.ts";
import { openInNamespace } from "./cluster-contract.fixture.ts";

// Run by `npm run test:cluster` alone, where KUBECONFIG names a cluster: it makes a namespace there and removes it.
actuatorContract("a real cluster", async () => {
  const config = new ClusterConfig();
  config.loadFromDefault();
  return await openInNamespace(config);
});
