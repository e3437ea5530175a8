import { defineConfig } from "vitest/config";

/** What runs against a real cluster: `npm run test:cluster`. */
export default defineConfig({
  test: {
    include: ["**/*.cluster.test.ts"],
    exclude: ["**/node_modules/**"],
    globalSetup: ["tools/cluster/global-setup.ts"],
    // One after the other: they share a cluster, which is a small one mostly.
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
