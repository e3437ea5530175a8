/** Settings as people write them: a line each, `NAME=value`. @returns the line that is none, where there is one */
export function readSettings(text: string): { config: Record<string, string> } | { fault: string } {
  const config: Record<string, string> = {};
  for (const line of text.split("\n").map((one) => one.trim())) {
    if (line === "") continue;
    const [, name, value] = /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined)
      return { fault: `“${line}” is no setting: write NAME=value` };
    if (name in config) return { fault: `${name} stands there twice` };
    config[name] = value;
  }
  return { config };
}
