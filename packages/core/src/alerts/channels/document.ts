import { z } from "zod";
import { TaplineError } from "../../kernel/index.ts";
import { type Channel, channelSchema, mailServerSchema } from "./channel.ts";
import { policySchema } from "./policy.ts";
import { onDuty, scheduleSchema } from "./schedule.ts";

/** The name of the format; a form that old readers would misread gets another number. */
export const alertChannelsFormat = "tapline-alert-channels/1";

/** How alerts reach people, as one document that is given out whole. It holds no secrets. */
export const alertChannelsSchema = z
  .strictObject({
    format: z.literal(alertChannelsFormat),
    mail: mailServerSchema.exactOptional(),
    channels: z.array(channelSchema).max(500).default([]),
    schedules: z.array(scheduleSchema).max(100).default([]),
    policies: z.array(policySchema).max(100).default([]),
  })
  .superRefine((document, context) => {
    for (const { path, message } of faultsOf(document)) context.addIssue({ code: "custom", path, message });
  });

export type AlertChannels = z.infer<typeof alertChannelsSchema>;

type Named = { readonly name: string };
type Fault = { readonly path: (string | number)[]; readonly message: string };
type Parts = Pick<AlertChannels, "mail" | "channels" | "schedules" | "policies">;

/** What holds before anybody has released a document: nothing is told beside the console. */
export const noChannels: AlertChannels = {
  ...{ format: alertChannelsFormat, channels: [], schedules: [], policies: [] },
};

/** @throws TaplineError `invalid-input` naming all that is wrong */
export function parseAlertChannels(given: unknown): AlertChannels {
  const parsed = alertChannelsSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.slice(0, 10).map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new TaplineError("invalid-input", `these are no alert channels: ${faults.join("; ")}`, {
    remedy: 'docs/operations.md, "Alert channels", has a document to begin with',
    facts: { faults: parsed.error.issues.length },
  });
}

/** Channels behind names of channels and schedules, each once; at the moment of a schedule's question. */
export function channelsBehind(
  { channels, schedules }: AlertChannels,
  names: readonly string[],
  atEpochMs: number,
): Channel[] {
  const wanted = new Set(
    names.flatMap((name) => {
      const schedule = schedules.find((one) => one.name === name);
      return schedule === undefined ? [name] : onDuty(schedule, atEpochMs);
    }),
  );
  return channels.filter(({ name }) => wanted.has(name));
}

function faultsOf(document: Parts): Fault[] {
  const { mail, channels, schedules, policies } = document;
  const names = { channels: namesOf(channels), schedules: namesOf(schedules) };
  const noServer = mail === undefined && channels.some(({ kind }) => kind === "email");
  return [
    ...(noServer ? [{ path: ["mail"], message: "is missing: e-mail needs a server" }] : []),
    ...doubledNames([...channels, ...schedules, ...policies]),
    ...schedules.flatMap(({ shifts, otherwise }, at) =>
      unknownNames(["schedules", at], [...shifts.flatMap(({ tell }) => tell), ...otherwise], names.channels),
    ),
    ...policies.flatMap(({ steps }, at) =>
      unknownNames(
        ["policies", at],
        steps.flatMap(({ tell }) => tell),
        new Set([...names.channels, ...names.schedules]),
      ),
    ),
  ];
}

const namesOf = (named: readonly Named[]): Set<string> => new Set(named.map(({ name }) => name));

function doubledNames(named: readonly Named[]): Fault[] {
  const seen = new Set<string>();
  return named.flatMap(({ name }) => {
    if (seen.has(name)) return [{ path: ["names"], message: `${name} is there twice` }];
    seen.add(name);
    return [];
  });
}

function unknownNames(path: Fault["path"], told: readonly string[], known: ReadonlySet<string>): Fault[] {
  const unknown = [...new Set(told)].filter((name) => !known.has(name));
  return unknown.map((name) => ({ path, message: `there is nobody called ${name}` }));
}
