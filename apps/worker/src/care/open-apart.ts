import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { type DrillAnswer, drillAnswerSchema } from "./drill-message.ts";

/** Where certificate and private key of a recipient lie, PEM. The process that asks never reads the key. */
export type KeyFiles = { readonly certFile: string; readonly keyFile: string };

const program = fileURLToPath(new URL("./open-object-main.ts", import.meta.url));
/** A 64 MiB object takes about 2 s. */
const longestMs = 120_000;
const mostAnswerBytes = 64 * 1024;

/**
 * Has a process of its own decrypt an object and hold it against its proof (see `open-object-main.ts`).
 * @param message what `writeDrillMessage` makes
 */
export async function openApart(message: Buffer, { certFile, keyFile }: KeyFiles): Promise<DrillAnswer> {
  const child = spawn(process.execPath, [program, certFile, keyFile], {
    env: {},
    stdio: ["pipe", "pipe", "pipe"],
    timeout: longestMs,
    killSignal: "SIGKILL",
  });
  // A child that dies while it is being told shows by its exit, below.
  child.stdin.on("error", () => undefined);
  child.stdin.end(message);
  const ended = once(child, "close");
  const [answer, said] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code, signal] = await ended;
  const parsed = drillAnswerSchema.safeParse(readJson(answer.slice(0, mostAnswerBytes)));
  if (code === 0 && parsed.success) return parsed.data;
  const how = signal === null ? `ended with ${code}` : `was ended by ${signal}`;
  return { ok: false, detail: `the process that decrypts ${how}: ${said.trim().slice(-500)}` };
}

function readJson(answer: string): unknown {
  try {
    return JSON.parse(answer);
  } catch {
    return null;
  }
}
