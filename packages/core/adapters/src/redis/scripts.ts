import { readFileSync } from "node:fs";
import type { Redis } from "ioredis";

const names = [
  "append-frame",
  "cut-segment",
  "advance-segment",
  "discard-sealed",
  "claim-taps",
  "renew-leases",
  "release-taps",
  "note-failure",
  "set-share",
  "keep-candidate",
  "note-late",
  "end-comparison",
  "finish-segment",
  "end-life",
  "bar-buffer",
  "lift-bar",
  "read-runs",
  "grant-credits",
  "count-refused",
  "declare-ceiling",
  "read-backlog",
  "count-partitions",
  "join-cutters",
  "keep-lease",
  "give-up-lease",
] as const;

/** The atomic steps; each is one Lua file, whose head states keys, arguments and answer. */
export type ScriptName = (typeof names)[number];

const commandOf = (name: ScriptName): string => `tapline:${name}`;

const sources = new Map(
  names.map((name) => [name, readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), "utf8")]),
);

type Argument = string | number | Buffer;

/** Teaches `redis` the atomic steps; Redis keeps them by digest, so only the first call sends the text. */
export function defineScripts(redis: Redis): void {
  for (const [name, lua] of sources) redis.defineCommand(commandOf(name), { lua });
}

/** Runs one atomic step. */
export async function runScript(
  redis: Redis,
  name: ScriptName,
  keys: readonly string[],
  args: readonly Argument[],
): Promise<unknown> {
  const command = Reflect.get(redis, commandOf(name)) as (...all: Argument[]) => Promise<unknown>;
  return await command.call(redis, keys.length, ...keys, ...args);
}
