import { type AlertChannels, idleChannels, parseAlertChannels, routingFaults } from "@tapline/core/alerts";
import { TaplineError } from "@tapline/core/kernel";
import { openAlertChannels } from "../wire/commands/alert-channels.ts";
import { type ActingOptions, actOf, type SeenOptions } from "./acting.ts";
import { columns } from "./columns.ts";
import { count } from "./count.ts";
import { findStores } from "./find-stores.ts";
import { readYaml } from "./read-yaml.ts";

type Opened = ReturnType<typeof openAlertChannels>;

/** A test that nobody has taken up for so long waits for a service that does not run, ms. */
const testPatienceMs = 60_000;

export async function list({ json }: { readonly json?: boolean }): Promise<void> {
  const { version, channels } = await withAlertChannels((opened) => opened.channels.active());
  if (json === true) return void process.stdout.write(`${JSON.stringify({ version, channels })}\n`);
  const rows = channels.channels.map((channel) => [channel.name, wayOf(channel), channel.tells.join(", ")]);
  const others = [...channels.schedules, ...channels.policies].map(({ name }) => name);
  const lines = [
    version === 0 ? "no channels: alerts are told by the console alone" : `release ${version}`,
    ...(rows.length === 0 ? [] : [columns(rows)]),
    ...(others.length === 0 ? [] : [`schedules and policies: ${others.join(", ")}`]),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

/** @returns the version that was in force, to be given back as `seen` */
export async function release(file: string, options: SeenOptions): Promise<number> {
  const { dryRun, ...act } = actOf(options);
  const channels = parseAlertChannels(await readYaml(file));
  const holds = [
    count(channels.channels.length, "channel"),
    count(channels.policies.length, "policy", "policies"),
  ].join(", ");
  const { before, version, faults, idle } = await withAlertChannels(async (opened) => {
    const inForce = (await opened.rules.active())?.rules.rules ?? [];
    const { version: before } = await opened.channels.active();
    const version = dryRun ? null : await opened.channels.release(channels, act, options.seen);
    return {
      before,
      version,
      faults: routingFaults(inForce, channels),
      idle: idleChannels(inForce, channels),
    };
  });
  const what =
    version === null
      ? `${file} is sound: ${holds} would be in force from now on`
      : `release ${version} of the alert channels is in force: ${holds}`;
  const warnings = faults.map(({ place, fault }) => `warning: ${place}: ${fault}`);
  const notes = idle.map(
    (name) => `note: no rule in force leads to ${name} by its routing: it is told nothing yet`,
  );
  process.stdout.write(`${[what, ...warnings, ...notes].join("\n")}\n`);
  return before;
}

/** Ends with 1 where the test did not arrive. */
export async function test(name: string, options: ActingOptions): Promise<void> {
  const { dryRun, ...act } = actOf(options);
  if (dryRun) return void process.stdout.write(`a test would be sent by ${name}\n`);
  const found = await withAlertChannels(async ({ deliveries }) => {
    const id = await deliveries.test(name, act);
    const delivery = await deliveries.tried(id, testPatienceMs);
    if (delivery.state !== "waiting" || delivery.fault !== "") return delivery;
    throw new TaplineError("unavailable", `nobody has sent the test by ${name} within 60 s`, {
      remedy: "see to it that a worker with the role alerts runs, and look at `tapline alerts deliveries`",
    });
  });
  if (found.state !== "sent") process.exitCode = 1;
  const how = found.state === "sent" ? `sent within ${found.tookMs} ms` : `not sent: ${found.fault}`;
  process.stdout.write(`test by ${name}: ${how}\n`);
}

export async function forgetPushKey(options: ActingOptions): Promise<void> {
  const { dryRun, ...act } = actOf(options);
  if (dryRun) return void process.stdout.write("the key would be forgotten, and all browsers with it\n");
  const browsers = await withAlertChannels(({ browsers }) => browsers.forgetKey(act));
  const next = "a worker with a web-push-key says it within a minute; then browsers are switched on anew";
  process.stdout.write(`the key is forgotten, and ${count(browsers, "browser")} with it: ${next}\n`);
}

/** Where a channel leads, without what is secret. */
function wayOf(channel: AlertChannels["channels"][number]): string {
  if (channel.kind === "email") return `email to ${channel.to.join(", ")}`;
  if (channel.kind === "web-push")
    return `browsers of ${channel.to?.join(", ") ?? "everybody who may act on alerts"}`;
  const to = typeof channel.url === "string" ? channel.url : `the secret ${channel.url.secret}`;
  return `webhook (${channel.shape}) to ${to}`;
}

export async function withAlertChannels<Result>(use: (opened: Opened) => Promise<Result>): Promise<Result> {
  const opened = openAlertChannels((await findStores()).databaseUrl);
  try {
    return await use(opened);
  } finally {
    await opened.close();
  }
}
