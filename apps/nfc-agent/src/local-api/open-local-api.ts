import { messageOf } from "@tapline/core/kernel";
import { systemCode } from "../durable-file.ts";
import type { Trouble } from "../status/index.ts";
import { announce, openToken, withdraw } from "./credentials.ts";
import { type LocalApi, type LocalApiOptions, serveLocalApi } from "./server.ts";

export type OpenLocalApiOptions = Omit<LocalApiOptions, "token"> & {
  dataDir: string;
  /** `null`: none is wanted. */
  port: number | null;
  startedAtEpochMs: number;
};

/** Never stops the agent: where the API cannot be served, taps are read all the same, and a trouble says so. */
export async function openLocalApi(
  options: OpenLocalApiOptions,
): Promise<{ api: LocalApi | null; trouble: Trouble | null }> {
  const { dataDir, port, startedAtEpochMs, ...rest } = options;
  try {
    if (port === null) {
      await withdraw(dataDir);
      return { api: null, trouble: null };
    }
    const api = await serveLocalApi(port, { ...rest, token: await openToken(dataDir) });
    await announce(dataDir, { url: api.url, pid: process.pid, startedAtEpochMs });
    const close = async () => {
      await withdraw(dataDir);
      await api.close();
    };
    return { api: { url: api.url, close }, trouble: null };
  } catch (error) {
    return { api: null, trouble: troubleOf(port, error) };
  }
}

function troubleOf(port: number | null, error: unknown): Trouble {
  const text = `the local API cannot be served on port ${port}: ${systemCode(error) ?? messageOf(error)}`;
  const remedy =
    systemCode(error) === "EADDRINUSE"
      ? "end the program that holds the port, or give the agent another one (apiPort), and start it anew"
      : "see that the agent may write to its data folder, and start it anew";
  return { code: "api", text, remedy };
}
