import * as strings from "../../strings/generated/releases/settings-text.ts";

/** Settings as people write them: a line each, `NAME=value`. @returns the line that is none, where there is one */
export function readSettings(text: string): { config: Record<string, string> } | { fault: string } {
  const config: Record<string, string> = {};
  for (const line of text.split("\n").map((one) => one.trim())) {
    if (line === "") continue;
    const [, name, value] = /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) return { fault: strings.lineIsNoSettingWrite({ line }) };
    if (name in config) return { fault: strings.nameStandsThereTwice({ name }) };
    config[name] = value;
  }
  return { config };
}
