import type { AgentSettings } from "@tapline/core/tap";
import { formatBytes, formatSpan } from "../../../client/format.ts";
import * as strings from "../../../strings/generated/agents/rollouts/settings-form.ts";

/** What stands in the fields; "" = as each agent has it by itself. */
export type SettingsForm = Record<keyof AgentSettings, string>;

interface Choices {
  is: "choice";
  label: string;
  options: readonly { value: string; label: string }[];
}

interface Figure {
  is: "figure";
  label: string;
  /** One of what is typed, in what the setting counts: bytes, ms, times. */
  unit: number;
  min: number;
  max?: number;
  /** A word that may be typed in place of a number, for `null`. */
  none?: string;
}

const plain = (...values: readonly string[]) => values.map((value) => ({ value, label: value }));

/** The settings that the server may give, in the order of the form; `agentSettingsSchema` says what may stand there. */
export const settingFields = {
  link: {
    is: "choice",
    label: strings.linkToTheDoor,
    options: [
      { value: "auto", label: strings.gRpcAndRestWhile },
      { value: "grpc", label: strings.gRpcAlone },
      { value: "rest", label: strings.restAlone },
    ],
  },
  releaseAt: {
    is: "choice",
    label: strings.aTapLeavesTheOutbox,
    options: plain("accepted", "durable", "archived", "proven"),
  },
  outboxMaxBytes: { is: "figure", label: strings.outboxAtMostMiB, unit: 1024 * 1024, min: 1 },
  outboxMaxAgeMs: {
    ...{
      is: "figure",
      label: strings.readsNoMoreWhileA,
      unit: 60_000,
      min: 1,
    },
    none: "none",
  },
  reportEveryMs: { is: "figure", label: strings.reportsAtLeastEveryS, unit: 1_000, min: 1, max: 3_600 },
  rereads: { is: "figure", label: strings.readsATornTagAgain, unit: 1, min: 0, max: 10 },
  buzzer: {
    is: "choice",
    label: strings.buzzerOfTheReaders,
    options: [
      { value: "true", label: "on" },
      { value: "false", label: "off" },
    ],
  },
  logLevel: {
    is: "choice",
    label: strings.log,
    options: plain("fatal", "error", "warn", "info", "debug", "trace"),
  },
} as const satisfies Record<keyof AgentSettings, Choices | Figure>;

export const settingNames = Object.keys(settingFields) as (keyof AgentSettings)[];

/** The field of a setting, of whichever kind. */
export const fieldOf = (name: keyof AgentSettings): Choices | Figure => settingFields[name];

/** Fills the fields with settings that were made. */
export function formOf(settings: AgentSettings): SettingsForm {
  const texts = settingNames.map((name) => [name, textOf(name, settings[name])] as const);
  return Object.fromEntries(texts) as SettingsForm;
}

function textOf(name: keyof AgentSettings, value: AgentSettings[keyof AgentSettings]): string {
  if (value === undefined) return "";
  const field = fieldOf(name);
  if (field.is === "choice") return String(value);
  return value === null ? (field.none ?? "") : String(Number(value) / field.unit);
}

/** What the fields say; `null` in place of settings where one of them says nothing that can be. */
export function settingsOf(form: SettingsForm): {
  settings: AgentSettings | null;
  faults: ReadonlySet<string>;
} {
  const faults = new Set<string>();
  const entries = settingNames.flatMap((name) => {
    const text = form[name].trim();
    if (text === "") return [];
    const value = typedValue(name, text);
    if (value === undefined) faults.add(name);
    return [[name, value] as const];
  });
  return { settings: faults.size > 0 ? null : (Object.fromEntries(entries) as AgentSettings), faults };
}

/** `undefined`: the text says nothing that can be. */
function typedValue(name: keyof AgentSettings, text: string): unknown {
  const field = fieldOf(name);
  if (field.is === "choice") return name === "buzzer" ? text === "true" : text;
  if (field.none !== undefined && text === field.none) return null;
  const typed = Number(text);
  if (!(typed >= field.min && typed <= (field.max ?? Number.MAX_SAFE_INTEGER / field.unit))) return undefined;
  const value = typed * field.unit;
  return Number.isInteger(value) ? value : undefined;
}

/** Settings in words, such as `buzzer off`. */
export function settingsWords(settings: AgentSettings): string {
  const { link, releaseAt, outboxMaxBytes, outboxMaxAgeMs, reportEveryMs, rereads, buzzer, logLevel } =
    settings;
  const words = [
    link === undefined ? null : strings.linkLink({ link }),
    releaseAt === undefined ? null : strings.releaseAtReleaseAt({ releaseAt }),
    outboxMaxBytes === undefined ? null : strings.outboxUpToSize({ size: formatBytes(outboxMaxBytes) }),
    outboxMaxAgeMs === undefined ? null : ageWords(outboxMaxAgeMs),
    reportEveryMs === undefined ? null : strings.reportEverySpan({ span: formatSpan(reportEveryMs) }),
    rereads === undefined ? null : strings.rereadsRereads({ rereads }),
    buzzer === undefined ? null : strings.buzzerBuzzer({ buzzer: buzzer ? "on" : "off" }),
    logLevel === undefined ? null : strings.logLogLevel({ logLevel }),
  ].filter((word) => word !== null);
  return words.length === 0 ? strings.nothingAsEachAgentHas : words.join(", ");
}

const ageWords = (ms: number | null): string =>
  ms === null ? strings.noBoundForWaitingTaps : strings.pauseWhenATapWaits({ span: formatSpan(ms) });
