import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { actuatorContract } from "../../../contracts/actuator.ts";
import { kubeconfig } from "./cluster-config.ts";
import { openInNamespace } from "./cluster-contract.fixture.ts";
import { ClusterDouble } from "./cluster-double.fixture.ts";

actuatorContract("a double of a cluster", async () => {
  const cluster = await ClusterDouble.start();
  const path = join(cluster.folder, "kubeconfig");
  await writeFile(path, JSON.stringify(cluster.kubeconfig));
  const opened = await openInNamespace(kubeconfig(path));
  return {
    ...opened,
    async close() {
      await opened.close();
      await cluster.end();
    },
  };
});
