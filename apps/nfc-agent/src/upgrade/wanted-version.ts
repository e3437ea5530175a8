import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import { agentDirectiveSchema } from "@tapline/core/tap";
import { systemCode } from "../durable-file.ts";

const maxBytes = 64 * 1024;

/**
 * The version that the server's last directive names; null where none came or it names none. The folder is the
 * agent's, and root reads it here: no link is followed, no pipe waited for, no large file read.
 * @throws misconfigured where it does not read
 */
export async function wantedVersion(dataDir: string): Promise<string | null> {
  const path = join(dataDir, "directive.json");
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const facts = await file.stat();
      if (!facts.isFile() || facts.size > maxBytes) throw new Error("it is no small file");
      return agentDirectiveSchema.parse(JSON.parse(await file.readFile("utf8"))).version;
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT") return null;
    throw new TaplineError("misconfigured", `${path} cannot be used: ${code ?? messageOf(error)}`, {
      remedy: code === "EACCES" ? "run the command as root (sudo tapline-agent …)" : "restart the agent",
    });
  }
}
