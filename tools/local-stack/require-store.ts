import { connect } from "node:net";
import { TaplineError } from "@tapline/core/kernel";

const connectTimeoutMs = 3_000;

function answers(host: string, port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    const timer = setTimeout(() => end(false), timeoutMs);
    socket.once("close", () => clearTimeout(timer));
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });
}

/** Throws `unavailable` where nothing takes connections at the URL that `setting` names. Its password is not shown. */
export async function requireStore(
  name: "Redis" | "PostgreSQL",
  setting: "REDIS_URL" | "DATABASE_URL",
  url: string,
  timeoutMs = connectTimeoutMs,
): Promise<void> {
  const { hostname, port, searchParams } = new URL(url);
  // A Unix socket is named by a parameter; whoever connects there says what is wrong with it.
  if (hostname === "" || searchParams.has("host")) return;
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const number = port === "" ? (name === "Redis" ? 6379 : 5432) : Number(port);
  if (await answers(host, number, timeoutMs)) return;
  throw new TaplineError("unavailable", `${name} at ${hostname}:${number} does not answer`, {
    remedy: `start it, or unset ${setting}`,
    facts: { setting },
  });
}
