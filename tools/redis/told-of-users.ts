/** A connection as who may do all. */
type Administrator = {
  acl(subcommand: "LOG"): Promise<unknown>;
  client(subcommand: "LIST"): Promise<unknown>;
  client(subcommand: "ID"): Promise<unknown>;
};

/**
 * What Redis refused to users, also within scripts and where whoever asked says nothing of it; but that its settings were asked for, which
 * all workers do at their start.
 */
export async function refusedToUsers(redis: Administrator): Promise<string[]> {
  const entries = (await redis.acl("LOG")) as string[][];
  const told = entries.map((entry) => {
    const of = (name: string) => entry[entry.indexOf(name) + 1];
    return `${of("username")}: ${of("reason")} ${of("object")} (${of("context")})`;
  });
  return told.filter((refusal) => !refusal.includes(": command config|get "));
}

/** As whom the others are signed in, each once. */
export async function signedIn(redis: Administrator): Promise<ReadonlySet<string>> {
  const own = `id=${String(await redis.client("ID"))} `;
  const others = String(await redis.client("LIST"))
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith(own));
  return new Set(others.map((line) => / user=(\S+)/.exec(line)?.[1] ?? "nobody that is told"));
}
