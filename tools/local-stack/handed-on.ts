/** What programs need of any machine, and how much they log. */
const common = new Set([
  "PATH",
  "HOME",
  "TMPDIR",
  "LANG",
  "LC_ALL",
  "TZ",
  "NODE_EXTRA_CA_CERTS",
  "LOG_LEVEL",
]);

/**
 * The part of our environment that children get: our own settings and what programs need. Whatever else lies in the
 * starting person's shell, such as keys of other services, is none of theirs.
 */
export function handedOn(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isOurs = ([name]: [string, unknown]) => common.has(name) || name.startsWith("TAPLINE_");
  return Object.fromEntries(Object.entries(environment).filter(isOurs));
}
