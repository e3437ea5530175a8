import { TaplineError } from "@tapline/core/kernel";
import type { FleetAgent } from "@tapline/core/rollout";
import { type ActingOptions, actOf } from "./acting.ts";
import { count } from "./count.ts";
import { tellEffect, withFleet } from "./fleet-command.ts";
import { checkedVersion } from "./fleet-rollout.ts";
import { spanText } from "./span-text.ts";

interface ListOptions {
  readonly json?: boolean;
  readonly silentFor?: number;
}

interface PinOptions extends ActingOptions {
  readonly config?: number;
  readonly version?: string;
}

export async function unpin(agent: string, options: ActingOptions): Promise<void> {
  const act = actOf(options);
  tellEffect(await withFleet((_, desk) => desk.unpin(agent, act)), act.dryRun);
}

export async function setRing(agent: string, ring: number, options: ActingOptions): Promise<void> {
  const act = actOf(options);
  tellEffect(await withFleet((_, desk) => desk.setRing(agent, ring, act)), act.dryRun);
}

export async function pin(agent: string, options: PinOptions): Promise<void> {
  const { config, version } = options;
  if (config === undefined && version === undefined)
    throw new TaplineError("invalid-input", "--config or --version is needed, or both");
  const act = actOf(options);
  const pins = {
    ...(config === undefined ? {} : { revision: config }),
    ...(version === undefined ? {} : { version: checkedVersion(version) }),
  };
  tellEffect(await withFleet((_, desk) => desk.pin(agent, pins, act)), act.dryRun);
}

export async function list({ json, silentFor }: ListOptions): Promise<void> {
  const nowEpochMs = Date.now();
  const agents = await withFleet((store) => store.agents());
  const silentMs = silentFor ?? null;
  const shown = agents.filter(
    ({ last, revokedAtEpochMs }) =>
      silentMs === null ||
      (revokedAtEpochMs === null && (last === null || nowEpochMs - last.seenAtEpochMs > silentMs)),
  );
  if (json === true) process.stdout.write(`${JSON.stringify(shown)}\n`);
  else
    process.stdout.write(
      `${[...shown.map((agent) => line(agent, nowEpochMs)), countText(shown)].join("\n")}\n`,
    );
}

function countText({ length }: readonly FleetAgent[]): string {
  return `${length} agent${length === 1 ? "" : "s"}`;
}

function line(agent: FleetAgent, nowEpochMs: number): string {
  const { id, ring, last, pinnedRevision, pinnedVersion, revokedAtEpochMs } = agent;
  const pins = [pinnedRevision === null ? "" : `config ${pinnedRevision}`, pinnedVersion ?? ""].filter(
    Boolean,
  );
  const place = [
    `ring ${ring}`,
    ...(pins.length === 0 ? [] : [`pinned to ${pins.join(", ")}`]),
    ...(revokedAtEpochMs === null ? [] : ["revoked"]),
  ];
  if (last === null) return [id, ...place, "never reported"].join("  ");
  const { report, seenAtEpochMs } = last;
  const { outbox, clockSkewMs, certificateEndsAtEpochMs: endsAt } = report;
  const readers = Object.entries(report.readers).map(([condition, count]) => `${count} ${condition}`);
  return [
    ...[id, ...place, `seen ${spanText(nowEpochMs - seenAtEpochMs)} ago`, report.version],
    ...[`config ${report.configRevision}`, report.link],
    `${count(outbox.taps, "tap")} waiting${outbox.taps === 0 ? "" : `, oldest ${spanText(outbox.oldestAgeMs)}`}`,
    clockSkewMs === null ? "skew unknown" : `skew ${clockSkewMs} ms`,
    `readers: ${readers.join(", ") || "none"}`,
    ...(report.paused === null ? [] : [`paused: ${report.paused}`]),
    ...(endsAt === null ? [] : [`certificate until ${new Date(endsAt).toISOString().slice(0, 10)}`]),
  ].join("  ");
}
