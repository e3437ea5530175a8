import { TaplineError } from "@tapline/core/kernel";
import { expect, test } from "vitest";
import { fixedTeller } from "./tell-fixed.ts";

test("which services keep to one release is written where another thing stands there: at first, where it changes, where writing failed, and over what another process wrote", async () => {
  const noted: unknown[] = [];
  let fixed: Record<string, string> | undefined = { web: "one process" };
  let stands: Readonly<Record<string, string>> | null = {};
  let isDown = true;
  const tell = fixedTeller({
    actuator: { look: async () => ({ atEpochMs: 1, workloads: [], shares: {}, ...(fixed && { fixed }) }) },
    desk: {
      fixed: async () => {
        if (stands === null) throw new TaplineError("corrupt", "it does not read");
        return stands;
      },
      noteFixed: async (given) => {
        if (isDown) throw new Error("PostgreSQL is away");
        stands = given;
        noted.push(given);
      },
    },
  });
  const look = () => tell(new AbortController().signal);
  await expect(look()).rejects.toThrow("away");
  isDown = false;
  for (let i = 0; i < 3; i++) await look();
  expect(noted).toEqual([{ web: "one process" }]);
  stands = { ingest: "of before" };
  await look();
  expect(stands).toEqual({ web: "one process" });
  stands = null;
  await look();
  expect(stands).toEqual({ web: "one process" });
  fixed = undefined;
  noted.length = 0;
  for (let i = 0; i < 2; i++) await look();
  expect(noted).toEqual([{}]);
});
