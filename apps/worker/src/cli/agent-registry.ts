import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { AgentListing } from "@tapline/adapters/prisma";
import { TaplineError } from "@tapline/core/kernel";
import { agentIdSchema, pinOf } from "@tapline/core/tap";
import { siteSchema } from "@tapline/core/transfer";
import { openSites } from "../wire/commands/care.ts";
import { openAgentRegistry } from "../wire/commands/registry.ts";
import { type ActingOptions, actOf } from "./acting.ts";
import { archiveSettings, enrolmentSettings } from "./config.ts";
import { findDataDir } from "./find-data-dir.ts";
import { findStores } from "./find-stores.ts";

interface TokenOptions extends ActingOptions {
  readonly id: string;
  readonly ttl?: number;
  readonly ring?: number;
  readonly site?: string;
  readonly root?: string;
  readonly json?: boolean;
}

interface AgentOptions extends ActingOptions {
  readonly id: string;
}

const usualTtlMs = 3_600_000;

export async function makeToken(options: TokenOptions): Promise<void> {
  const { id, ttl = usualTtlMs, ring, site, root, json } = options;
  const { dryRun, ...act } = actOf(options);
  const wish = {
    agent: checkedId(id),
    ring: ring ?? null,
    site: site === undefined ? null : checkedSite(site),
    ttlMs: ttl,
    pin: pinOf(await readRoot(root)),
  };
  if (dryRun) {
    const known = (await withRegistry(({ directory }) => directory.list())).find((one) => one.id === id);
    // Standard output is the token's alone.
    process.stderr.write(
      `would make a token by which one machine enrols as ${id}, good until ${new Date(act.atEpochMs + ttl).toISOString()}; ` +
        `${known === undefined ? "no such agent is listed yet" : `earlier tokens end; now: ${line(known)}`}\n`,
    );
    return;
  }
  const made = await withRegistry(({ registry }) => registry.createToken(wish, act));
  if (json === true) process.stdout.write(`${JSON.stringify({ agent: id, ...made })}\n`);
  else process.stdout.write(`${made.token}\n`);
  process.stderr.write(`for ${id}, until ${new Date(made.expiresAtEpochMs).toISOString()}, once\n`);
}

export async function list({ json }: { json?: boolean }): Promise<void> {
  const agents = await withRegistry(({ directory }) => directory.list());
  const lines = json === true ? [JSON.stringify(agents)] : [...agents.map(line), `${agents.length} in all`];
  process.stdout.write(`${lines.join("\n")}\n`);
}

export async function setSite(options: AgentOptions & { readonly site: string }): Promise<void> {
  const { dryRun, ...act } = actOf(options);
  const [id, site] = [checkedId(options.id), checkedSite(options.site)];
  if (dryRun) {
    const known = await listedAgent(id);
    process.stdout.write(`would move agent ${id} from site ${known.site} to site ${site}\n`);
    return;
  }
  const { sites, close } = openSites((await findStores()).databaseUrl);
  try {
    await sites.setSite(id, site, act, act.atEpochMs);
    process.stdout.write(`agent ${id} stands at site ${site}\n`);
  } finally {
    await close();
  }
}

export async function revoke(options: AgentOptions & { readonly unlisted?: boolean }): Promise<void> {
  const { dryRun, ...act } = actOf(options);
  const id = checkedId(options.id);
  if (dryRun) {
    const now = options.unlisted === true ? `${id}, listed or not` : line(await listedAgent(id));
    process.stdout.write(`would shut out within seconds: ${now}\n`);
    return;
  }
  await withRegistry(({ registry }) => registry.revoke(id, act, options.unlisted));
  process.stdout.write(`agent ${id} is revoked\n`);
}

async function listedAgent(id: string): Promise<AgentListing> {
  const found = (await withRegistry(({ directory }) => directory.list())).find((one) => one.id === id);
  if (found !== undefined) return found;
  throw new TaplineError("not-found", `no agent ${id} is known`, {
    remedy: "look it up by tapline agent ls; name one with a certificate made by hand with --unlisted",
  });
}

function checkedSite(site: string): string {
  if (siteSchema.safeParse(site).success) return site;
  throw new TaplineError(
    "invalid-input",
    `--site "${site}" must be 1-63 lower-case letters, digits or hyphens`,
  );
}

const time = (epochMs: number | null): string =>
  epochMs === null ? "" : new Date(epochMs).toISOString().slice(0, 16);

function line(agent: AgentListing): string {
  const ends = agent.certificateEndsAtEpochMs;
  const parts = [
    agent.id,
    agent.state,
    `ring ${agent.ring}`,
    `site ${agent.site}`,
    agent.hostname ?? "",
    ends === null ? "" : `certificate until ${time(ends)}`,
    agent.revokedAtEpochMs === null ? "" : `since ${time(agent.revokedAtEpochMs)}`,
    agent.tokenEndsAtEpochMs === null ? "" : `token until ${time(agent.tokenEndsAtEpochMs)}`,
  ];
  return parts.filter((part) => part !== "").join("  ");
}

async function withRegistry<Result>(
  use: (opened: ReturnType<typeof openAgentRegistry>) => Promise<Result>,
): Promise<Result> {
  const { databaseUrl, redisUrl } = await findStores();
  const opened = openAgentRegistry(databaseUrl, redisUrl);
  try {
    return await use(opened);
  } finally {
    await opened.close();
  }
}

function checkedId(id: string): string {
  const checked = agentIdSchema.safeParse(id);
  if (checked.success) return checked.data;
  throw new TaplineError("invalid-input", `--id "${id}" ${checked.error.issues[0]?.message ?? "is wrong"}`);
}

async function readRoot(named: string | undefined): Promise<string> {
  const dataDir = await findDataDir(archiveSettings().dataDir, process.cwd());
  const inFolder = dataDir === undefined ? undefined : join(dataDir, "pki/root.crt");
  const path = named ?? enrolmentSettings().rootFile ?? inFolder;
  const remedy = "name the root certificate of the door by --root or TAPLINE_INGEST_ROOT";
  if (path === undefined)
    throw new TaplineError("misconfigured", "no root certificate is at hand", { remedy });
  return await readFile(path, "utf8").catch((cause: unknown) => {
    throw new TaplineError("misconfigured", `the root certificate ${path} does not read`, { remedy, cause });
  });
}
