import { readFile } from "node:fs/promises";
import { type Clock, TaplineError } from "@tapline/core/kernel";
import type { Config } from "./config.ts";
import type { Credentials } from "./delivery/index.ts";
import { systemCode } from "./durable-file.ts";
import { type Identity, type IdentityTrouble, Renewal, readIdentity } from "./identity/index.ts";

/** Who this agent is, and how that changes. */
export type WiredIdentity = {
  /** Those in force. */
  credentials: () => Credentials;
  /** What stands in the way of a new certificate. */
  trouble: () => { text: string; remedy: string } | null;
  onRenewed: (callback: () => void) => void;
  start(): void;
  stop(): Promise<void>;
};

type Surroundings = {
  now: Clock;
  random: () => number;
  notify: (text: string, facts: Record<string, unknown>) => void;
};

/** @throws unauthenticated where this PC has no identity; misconfigured where it does not read */
export async function wireIdentity(config: Config, surroundings: Surroundings): Promise<WiredIdentity> {
  if (config.identityFiles !== null) return fixedIdentity(config.identityFiles);
  const identity = await readIdentity(config.identityDir);
  if (identity === null)
    throw noIdentity(config.identityDir, "enrol it: tapline-agent enrol --server … --token …");
  return renewedIdentity(config, identity, surroundings);
}

async function fixedIdentity(files: NonNullable<Config["identityFiles"]>): Promise<WiredIdentity> {
  const [ca, cert, key] = await Promise.all([
    readPem("TAPLINE_AGENT_CA", files.ca),
    readPem("TAPLINE_AGENT_CERT", files.cert),
    readPem("TAPLINE_AGENT_KEY", files.key),
  ]);
  return {
    credentials: () => ({ ca, cert, key }),
    trouble: () => null,
    onRenewed: () => undefined,
    start: () => undefined,
    stop: async () => undefined,
  };
}

function renewedIdentity(config: Config, identity: Identity, surroundings: Surroundings): WiredIdentity {
  const { now, random, notify } = surroundings;
  const listeners: (() => void)[] = [];
  const renewal = new Renewal({
    server: config.ingest.url,
    dir: config.identityDir,
    identity,
    now,
    random,
    onRenewed: ({ agent, notAfterEpochMs }) => {
      notify("the certificate is new", { agent, endsAt: new Date(notAfterEpochMs).toISOString() });
      for (const listener of listeners) listener();
    },
    onTrouble: (trouble) => tellTrouble(trouble, notify),
  });
  return {
    credentials: () => {
      const { caPem, certPem, keyPem } = renewal.identity;
      return { ca: caPem, cert: certPem, key: keyPem };
    },
    trouble: () => {
      const { trouble } = renewal;
      return trouble === null ? null : { text: trouble.message, remedy: trouble.remedy };
    },
    onRenewed: (callback) => {
      listeners.push(callback);
    },
    start: () => renewal.start(),
    stop: () => renewal.stop(),
  };
}

function tellTrouble(trouble: IdentityTrouble | null, notify: Surroundings["notify"]): void {
  if (trouble === null) notify("the certificate is no trouble any more", {});
  else notify(trouble.message, { reason: trouble.reason, remedy: trouble.remedy });
}

async function readPem(setting: string, path: string): Promise<string> {
  const remedy = `let ${setting} name a PEM file that the agent may read`;
  const unusable = (why: string) =>
    new TaplineError("misconfigured", `${path} cannot be used: ${why}`, { remedy });
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const why = systemCode(error) ?? "unknown";
    throw why === "ENOENT" ? noIdentity(path, `enrol it (tapline-agent enrol), or ${remedy}`) : unusable(why);
  }
  if (!text.includes("-----BEGIN ")) throw unusable("it is no PEM file");
  return text;
}

function noIdentity(path: string, remedy: string): TaplineError {
  return new TaplineError("unauthenticated", `this PC has no identity: ${path} cannot be used: ENOENT`, {
    remedy,
  });
}
