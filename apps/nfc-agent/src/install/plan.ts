import { join } from "node:path";

/** One thing that an installation does. Doing it again changes nothing. */
export type Step =
  /** A system account without login. */
  | { kind: "user"; name: string; home: string }
  | { kind: "folder"; path: string; mode: number; owner: string }
  /** `keep`: a file that is there already stays as it is. */
  | { kind: "file"; path: string; content: string; mode: number; owner: string | null; keep: boolean }
  /** A folder with all in it, but for packages of npm inside; `keep`: one that is there already stays. */
  | { kind: "copy"; from: string; to: string; keep: boolean }
  | { kind: "link"; path: string; target: string }
  | { kind: "remove"; path: string }
  /** Where systemd runs alone. */
  | { kind: "systemctl"; args: readonly string[] };

export type InstallOptions = {
  user: string;
  dataDir: string;
  /** Absolute paths of Node and of the command's script. */
  node: string;
  program: string;
  /** The text of `install/tapline-agent.service`. */
  unitTemplate: string;
  /** Whether this machine has an identity: without one the service would only fail until it has. */
  isEnrolled: boolean;
};

export const unitName = "tapline-agent.service";
export const unitFolder = "/etc/systemd/system";
const unitPath = join(unitFolder, unitName);

/** A new agent reads real readers; all else has its default. */
const firstConfig = { readerKind: "pcsc" };

export function planInstall(options: InstallOptions): Step[] {
  const { user, dataDir, isEnrolled } = options;
  return [
    { kind: "user", name: user, home: dataDir },
    { kind: "folder", path: dataDir, mode: 0o700, owner: user },
    {
      kind: "file",
      path: join(dataDir, "agent.json"),
      content: `${JSON.stringify(firstConfig, null, 2)}\n`,
      mode: 0o600,
      owner: user,
      keep: true,
    },
    { kind: "file", path: unitPath, content: unitOf(options), mode: 0o644, owner: null, keep: false },
    { kind: "systemctl", args: ["daemon-reload"] },
    { kind: "systemctl", args: ["enable", unitName] },
    ...(isEnrolled ? [{ kind: "systemctl", args: ["restart", unitName] } as const] : []),
  ];
}

/** @param purge also the data folder; the caller has seen that no tap waits in it */
export function planUninstall(dataDir: string, purge: boolean): Step[] {
  return [
    { kind: "systemctl", args: ["disable", "--now", unitName] },
    { kind: "remove", path: unitPath },
    { kind: "systemctl", args: ["daemon-reload"] },
    ...(purge ? [{ kind: "remove", path: dataDir } as const] : []),
  ];
}

/** The unit with its places filled in; quoted as systemd.syntax(7) wants it. */
export function unitOf({ user, dataDir, node, program, unitTemplate }: InstallOptions): string {
  return filled(unitTemplate, { user, dataDir, node, program });
}

/** A template of a unit with `values` in its places. */
export function filled(template: string, values: Readonly<Record<string, string>>): string {
  const textOf = (name: string) => (values[name] === undefined ? undefined : quoted(values[name]));
  return template.replaceAll(/\{\{(\w+)\}\}/g, (place, name: string) => textOf(name) ?? place);
}

function quoted(path: string): string {
  const escaped = path.replaceAll("%", "%%").replaceAll("\\", "\\\\").replaceAll('"', '\\"');
  return /^[\w./@+-]+$/.test(path) ? path : `"${escaped}"`;
}

/** What a step does, in a line for people. */
export function describeStep(step: Step): string {
  switch (step.kind) {
    case "user":
      return `make the system user ${step.name}`;
    case "folder":
      return `make the folder ${step.path}, mode ${step.mode.toString(8)}, of ${step.owner}`;
    case "file":
      return `write ${step.path}${step.keep ? " where it is not there" : ""}`;
    case "copy":
      return `copy ${step.from} to ${step.to}${step.keep ? " where it is not there" : ""}`;
    case "link":
      return `let ${step.path} name ${step.target}`;
    case "remove":
      return `remove ${step.path}`;
    case "systemctl":
      return `systemctl ${step.args.join(" ")}`;
  }
}
