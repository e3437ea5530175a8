import { defineConfig } from "vitest/config";
import { compiledDir } from "./tools/test-servers/config.ts";

const served = "**/*.{redis,postgres,sshd,pcscd,netns,stack,browser}.test.{ts,tsx}";
/** What is waited for comes in milliseconds, and on a machine that is busy with something else in seconds. */
const patience = { poll: { timeout: 20_000 } };
const exclude = ["**/node_modules/**", "**/.next/**", "**/generated/**", "**/*.cluster.test.ts"];

export default defineConfig({
  test: {
    // Each file has a process of its own, and many tests start more: they need not all compile the same modules anew.
    env: { NODE_COMPILE_CACHE: compiledDir },
    projects: [
      {
        test: {
          name: "unit",
          expect: patience,
          include: ["**/*.test.{ts,tsx}"],
          exclude: [...exclude, served],
          // Left alone vitest keeps a core for itself, which on a machine of two is half of it.
          maxWorkers: "100%",
          // What takes part of a second takes many on a machine that is busy with something else.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "integration",
          expect: patience,
          include: [served],
          exclude,
          globalSetup: ["tools/test-servers/global-setup.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // After the unit tests and one file at a time: browsers and whole stacks want the machine to themselves.
          sequence: { groupOrder: 1 },
          fileParallelism: false,
        },
      },
    ],
  },
});
