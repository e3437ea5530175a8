import { messageOf, TaplineError } from "@tapline/core/kernel";
import type { z } from "zod";
import { systemCode } from "../durable-file.ts";
import { readAddress, readToken } from "../local-api/credentials.ts";

const answerWithinMs = 5000;

/**
 * Asks the running agent by its local API.
 * @returns null where no agent can be reached
 * @throws misconfigured where its token may not be read; unavailable where what answers is no agent of ours
 */
export async function askAgent<T>(dataDir: string, path: string, schema: z.ZodType<T>): Promise<T | null> {
  const found = await credentialsOf(dataDir);
  if (found === null) return null;
  const headers = { authorization: `Bearer ${found.token}` };
  const signal = AbortSignal.timeout(answerWithinMs);
  let response: Response;
  try {
    response = await fetch(`${found.url}${path}`, { headers, signal });
  } catch {
    return null;
  }
  const body: unknown = await response.json().catch((error: unknown) => messageOf(error));
  const parsed = schema.safeParse(body);
  if (response.ok && parsed.success) return parsed.data;
  throw new TaplineError(
    "unavailable",
    `what answers at ${found.url} (status ${response.status}) is not this agent`,
    {
      remedy: "see which program holds the port; an agent of another version may run: start it anew",
    },
  );
}

async function credentialsOf(dataDir: string): Promise<{ url: string; token: string } | null> {
  try {
    const [address, token] = await Promise.all([readAddress(dataDir), readToken(dataDir)]);
    return address === null || token === null ? null : { url: address.url, token };
  } catch (error) {
    throw new TaplineError(
      "misconfigured",
      `${dataDir} may not be read: ${systemCode(error) ?? messageOf(error)}`,
      {
        remedy: "run the command as the agent's user or as root (sudo tapline-agent …)",
      },
    );
  }
}
