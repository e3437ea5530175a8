import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TaplineError } from "@tapline/core/kernel";
import { makeStatement } from "../jobs/state-gaps.ts";
import { openGaps } from "../wire/commands/fleet.ts";
import { actOf } from "./acting.ts";
import { findStores } from "./find-stores.ts";
import { statementText } from "./gap-verify.ts";
import { readSigner } from "./read-signer.ts";

interface StatementOptions {
  readonly agent: string;
  readonly day: string;
  readonly out: string;
  readonly by?: string;
}

export async function state({ agent, day, out, by }: StatementOptions): Promise<void> {
  const act = actOf({ reason: "", ...(by === undefined ? {} : { by }) });
  const signer = await readSigner();
  const { statements, close } = openGaps((await findStores()).databaseUrl);
  try {
    const made = await makeStatement({ agent, day }, { statements, signer, clock: Date.now });
    if (made === null)
      throw new TaplineError("not-found", `nothing is known of agent ${agent} on ${day}`, {
        remedy: "tapline fleet ls names the agents; a day counts by the server's clock (UTC)",
      });
    await statements.noteMade(made, act);
    const file = join(out, `agent-${agent}.${day}.json`);
    await mkdir(out, { recursive: true });
    await writeFile(file, made.bytes);
    await writeFile(`${file}.p7s`, made.signature);
    process.stdout.write(`${statementText(made.statement)}\n${file}\n${file}.p7s\n`);
  } finally {
    await close();
  }
}
