import "./require-node.mjs";
import { prepare, runMain } from "./prepare.mjs";
import { runOnNode24 } from "./run-on-node-24.mjs";

// Tests against a real cluster, which nobody has by accident: never part of `npm test`.
await runMain(async () => {
  if ((process.env.KUBECONFIG ?? "") === "") {
    process.stdout.write(
      "skipped, nothing was tested: KUBECONFIG is not set. Set it to the kubeconfig of a cluster to throw away, prepared as docs/cluster.md says (Trying it out)\n",
    );
    return 0;
  }
  await prepare({ build: false });
  return runOnNode24([
    "node_modules/vitest/vitest.mjs",
    ...["run", "--config", "vitest.cluster.config.ts", ...process.argv.slice(2)],
  ]);
});
