/** What a child program needs to be found and to run, and nothing of our own settings. */
export function inheritedEnvironment(): Record<string, string> {
  const names = ["PATH", "HOME", "LANG", "TMPDIR"];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}
