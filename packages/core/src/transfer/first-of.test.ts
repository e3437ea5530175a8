import { expect, test } from "vitest";
import { TaplineError } from "../kernel/index.ts";
import { firstOf } from "./index.ts";

const fault = (code: "not-found" | "unavailable" | "corrupt" | "invalid-input") =>
  new TaplineError(code, `it is ${code}`);

/** Asks targets that give what they are; @returns the answer, and who was passed over */
async function ask(targets: readonly (string | TaplineError)[]) {
  const passed: string[] = [];
  const answer = await firstOf(
    targets,
    (target) => (typeof target === "string" ? Promise.resolve(target) : Promise.reject(target)),
    (_, error) => passed.push((error as TaplineError).code),
  );
  return { answer, passed };
}

test("the first that can answers; who could not is told of", async () => {
  expect(await ask(["a", "b"])).toEqual({ answer: "a", passed: [] });
  expect(await ask([fault("not-found"), fault("corrupt"), "c"])).toEqual({
    answer: "c",
    passed: ["not-found", "corrupt"],
  });
});

test("where none can, the fault that tells most is thrown, and a wrong question is asked once", async () => {
  await expect(ask([fault("not-found"), fault("unavailable")])).rejects.toMatchObject({
    code: "unavailable",
  });
  await expect(ask([fault("not-found")])).rejects.toMatchObject({ code: "not-found" });
  await expect(ask([fault("invalid-input"), "b"])).rejects.toMatchObject({ code: "invalid-input" });
});
