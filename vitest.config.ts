import { defineConfig } from "vitest/config";
import { compiledDir } from "./tools/test-servers/config.ts";

const stores = "**/*.{redis,postgres,sshd}.test.{ts,tsx}";
const whole = "**/*.{pcscd,netns,stack,browser}.test.{ts,tsx}";
/** Of those of stores: what looks at how long something takes, or starts whole workers. */
const alone = [
  "apps/worker/src/roles/kpi.redis.test.ts",
  "packages/core/adapters/src/bullmq/segment-queues.redis.test.ts",
  "packages/core/adapters/src/sftp/sftp-archive.sshd.test.ts",
];
/** What is waited for comes in milliseconds, and on a machine that is busy with something else in seconds. */
const patience = { poll: { timeout: 20_000 } };
const exclude = ["**/node_modules/**", "**/.next/**", "**/generated/**", "**/*.cluster.test.ts"];
/** What takes part of a second takes many on a machine that is busy with something else. */
const timeouts = { testTimeout: 60_000, hookTimeout: 60_000 };
const globalSetup = ["tools/test-servers/global-setup.ts"];

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
          exclude: [...exclude, stores, whole],
          // Left alone vitest keeps a core for itself, which on a machine of two is half of it.
          maxWorkers: "100%",
          ...timeouts,
        },
      },
      {
        test: {
          name: "stores",
          expect: patience,
          include: [stores],
          exclude: [...exclude, ...alone],
          globalSetup,
          ...timeouts,
          // After the unit tests, and no more at a time than a small machine has cores: most wait for a store or a command half the time.
          sequence: { groupOrder: 1 },
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: "whole",
          expect: patience,
          include: [whole, ...alone],
          exclude,
          globalSetup,
          ...timeouts,
          // One file at a time: browsers and whole stacks want the machine to themselves.
          sequence: { groupOrder: 2 },
          fileParallelism: false,
        },
      },
    ],
  },
});
