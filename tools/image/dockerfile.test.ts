import { readFileSync } from "node:fs";
import { join } from "node:path";
import { servicePorts } from "@tapline/core/telemetry";
import { expect, test } from "vitest";
import { z } from "zod";

const root = join(import.meta.dirname, "../..");
const textOf = (path: string): string => readFileSync(join(root, path), "utf8");

/** Instructions of a Dockerfile with what follows them; lines that end with a backslash go on. */
const instructions = textOf("Dockerfile")
  .split("\n")
  .filter((line) => !line.startsWith("#"))
  .join("\n")
  .replaceAll("\\\n", " ")
  .split("\n")
  .filter((line) => line.trim() !== "")
  .map((line) => {
    const [, word = "", rest = ""] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    return { word, rest: rest.replaceAll(/\s+/g, " ") };
  });
const all = (word: string): string[] =>
  instructions.filter((one) => one.word === word).map(({ rest }) => rest);

test("names each base by a digest that is given, never by a tag", () => {
  expect(all("ARG")).toEqual(["NODE_DIGEST", "RUNTIME_DIGEST"]);
  for (const from of all("FROM")) expect(from).toMatch(/^[a-z0-9./-]+@\$\{[A-Z]+_DIGEST\}( AS build)?$/);
  expect(all("FROM")).toHaveLength(2);
});

test("runs as nobody in particular, from files that root owns, without a shell or npm", () => {
  const last = instructions.slice(instructions.findLastIndex(({ word }) => word === "FROM"));
  expect(last.find(({ word }) => word === "USER")?.rest).toBe("65532:65532");
  expect(last.filter(({ word }) => word === "RUN" || word === "ADD")).toEqual([]);
  expect(last.filter(({ word }) => word === "COPY").map(({ rest }) => rest)).toEqual([
    "--from=build --chown=0:0 /tree /app",
  ]);
  expect(last.find(({ word }) => word === "ENTRYPOINT")?.rest).toContain("tools/image/program/start.ts");
});

test("copies the package.json of each workspace before it installs", () => {
  const { workspaces } = z
    .object({ workspaces: z.array(z.string()) })
    .parse(JSON.parse(textOf("package.json")));
  const copied = all("COPY").flatMap(
    (rest) => /^(\S+)\/package\.json \1\/package\.json$/.exec(rest)?.[1] ?? [],
  );
  expect(copied.sort()).toEqual([...workspaces].sort());
});

test("exposes the ports that the services have", () => {
  const { taps, stream, scaler, web } = servicePorts;
  expect(all("EXPOSE")).toEqual([
    [taps, stream, scaler, web]
      .map(({ number }) => number)
      .join(" ")
      .concat(" 9464"),
  ]);
});
