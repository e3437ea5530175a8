import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { getCACertificates } from "node:tls";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import { Agent, request } from "undici";
import { systemCode } from "../durable-file.ts";
import type { UpgradeSettings } from "./upgrade-settings.ts";

const connectMs = 10_000;
const silentMs = 15_000;
/** All of one file, however slowly it comes. */
const fileMs = 5 * 60_000;

/**
 * One file of the release: by https or out of a folder.
 * @throws unavailable where it cannot be had now; misconfigured where it is larger than `maxBytes`
 */
export async function readRelease(
  { upgradeFrom, ca }: UpgradeSettings,
  name: string,
  maxBytes: number,
): Promise<Buffer> {
  if (upgradeFrom.startsWith("/")) return await fromFolder(join(upgradeFrom, name), maxBytes);
  const url = new URL(name, upgradeFrom.endsWith("/") ? upgradeFrom : `${upgradeFrom}/`).href;
  return await fromServer(url, ca, maxBytes);
}

async function fromServer(url: string, ca: string | null, maxBytes: number): Promise<Buffer> {
  const trusted = ca ?? [...new Set([...getCACertificates("default"), ...getCACertificates("system")])];
  const dispatcher = new Agent({
    connect: { ca: trusted, timeout: connectMs },
    maxResponseSize: maxBytes,
  });
  try {
    const { statusCode, body } = await request(url, {
      dispatcher,
      ...{ headersTimeout: silentMs, bodyTimeout: silentMs, signal: AbortSignal.timeout(fileMs) },
    });
    if (statusCode !== 200) throw notHad(url, `status ${statusCode}`);
    return Buffer.from(await body.arrayBuffer());
  } catch (error) {
    if (error instanceof TaplineError) throw error;
    if (systemCode(error) === "UND_ERR_RES_EXCEEDED_MAX_SIZE") throw tooLarge(url, maxBytes);
    throw notHad(url, systemCode(error) ?? messageOf(error));
  } finally {
    await dispatcher.destroy();
  }
}

async function fromFolder(path: string, maxBytes: number): Promise<Buffer> {
  try {
    // Not to wait for the other end of a named pipe.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const facts = await file.stat();
      if (!facts.isFile()) throw notHad(path, "it is no file");
      if (facts.size > maxBytes) throw tooLarge(path, maxBytes);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw error instanceof TaplineError ? error : notHad(path, systemCode(error) ?? messageOf(error));
  }
}

function notHad(what: string, why: string): TaplineError {
  return new TaplineError("unavailable", `${what} cannot be had: ${why}`, {
    remedy: "put the release there, and see that this PC reaches it; it is tried again by itself",
    facts: { reason: "not-had" },
  });
}

function tooLarge(what: string, maxBytes: number): TaplineError {
  return new TaplineError("misconfigured", `${what} is larger than ${maxBytes} bytes`, {
    remedy: "see what lies there: packages of the agent are far smaller",
    facts: { reason: "too-large" },
  });
}
