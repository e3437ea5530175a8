import { defineConfig } from "vitest/config";

/** What runs against a real cluster: `npm run test:cluster`. */
export default defineConfig({
  test: {
    include: ["**/*.cluster.test.ts"],
    exclude: ["**/node_modules/**"],
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
