import { expect, test } from "vitest";
import { fixedTeller } from "./tell-fixed.ts";

test("which services keep to one release is written once, anew where it is another thing, and again where writing failed", async () => {
  const noted: unknown[] = [];
  let fixed: Record<string, string> | undefined = { web: "one process" };
  let isDown = true;
  const tell = fixedTeller({
    actuator: { look: async () => ({ atEpochMs: 1, workloads: [], shares: {}, ...(fixed && { fixed }) }) },
    desk: {
      noteFixed: async (given) => {
        if (isDown) throw new Error("PostgreSQL is away");
        noted.push(given);
      },
    },
  });
  const look = () => tell(new AbortController().signal);
  await expect(look()).rejects.toThrow("away");
  isDown = false;
  for (let i = 0; i < 3; i++) await look();
  expect(noted).toEqual([{ web: "one process" }]);
  fixed = undefined;
  for (let i = 0; i < 2; i++) await look();
  expect(noted).toEqual([{ web: "one process" }, {}]);
});
