import { defineConfig } from "vitest/config";

const served = "**/*.{redis,postgres,sshd,pcscd,netns,stack,browser}.test.{ts,tsx}";
const exclude = ["**/node_modules/**", "**/.next/**", "**/generated/**"];

export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["**/*.test.{ts,tsx}"], exclude: [...exclude, served] } },
      {
        test: {
          name: "integration",
          include: [served],
          exclude,
          globalSetup: ["tools/test-servers/global-setup.ts"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          // After the unit tests and one file at a time: browsers and whole stacks want the machine to themselves.
          sequence: { groupOrder: 1 },
          fileParallelism: false,
        },
      },
    ],
  },
});
