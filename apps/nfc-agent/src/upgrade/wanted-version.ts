import { join } from "node:path";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import { agentDirectiveSchema } from "@tapline/core/tap";
import { readSmallFile, systemCode } from "../durable-file.ts";

/**
 * The version that the server's last directive names; null where none came or it names none.
 * @throws misconfigured where it does not read
 */
export async function wantedVersion(dataDir: string): Promise<string | null> {
  const path = join(dataDir, "directive.json");
  try {
    return agentDirectiveSchema.parse(JSON.parse(await readSmallFile(path))).version;
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT") return null;
    throw new TaplineError("misconfigured", `${path} cannot be used: ${code ?? messageOf(error)}`, {
      remedy: code === "EACCES" ? "run the command as root (sudo tapline-agent …)" : "restart the agent",
    });
  }
}
