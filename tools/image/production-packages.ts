import { z } from "zod";

const names = z.record(z.string(), z.string()).default({});

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      name: z.string().optional(),
      version: z.string().optional(),
      license: z.string().optional(),
      integrity: z.string().startsWith("sha512-").optional(),
      link: z.boolean().default(false),
      resolved: z.string().optional(),
      dependencies: names,
      optionalDependencies: names,
      peerDependencies: names,
      peerDependenciesMeta: z
        .record(z.string(), z.object({ optional: z.boolean().default(false) }))
        .default({}),
    }),
  ),
});
export type Lock = z.infer<typeof lockSchema>;

/** @throws ZodError where it is no package-lock.json of version 3 */
export function readLock(text: string): Lock {
  return lockSchema.parse(JSON.parse(text));
}

/**
 * What runs with the given workspaces and nothing else: their dependencies, and those of these, as npm would resolve them.
 * @param neverLoaded names of packages that are asked for and that nobody loads; they are left out, and what they alone bring
 * @param isThere whether npm has put a package at this path: of those for other machines it puts none
 * @returns paths as in the lock, such as `apps/worker` and `node_modules/pino`
 * @throws Error that names a dependency that is not installed and is not optional
 */
export function productionPackages(
  { packages }: Lock,
  workspaces: readonly string[],
  neverLoaded: RegExp,
  isThere: (path: string) => boolean,
): string[] {
  const found = new Set<string>();
  const waiting = [...workspaces];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const about = packages[path];
    if (about === undefined) throw new Error(`package-lock.json has no ${path}: run npm install`);
    if (about.link) {
      found.add(path);
      waiting.push(about.resolved ?? "");
      continue;
    }
    if (found.has(path)) continue;
    found.add(path);
    for (const { name, optional } of wantedBy(about)) {
      if (neverLoaded.test(name)) continue;
      const at = resolveFrom(path, name, packages);
      if (at !== undefined && isThere(at)) waiting.push(at);
      else if (!optional) throw new Error(`${path} needs ${name}, which is not installed: run npm install`);
    }
  }
  return [...found].sort();
}

/**
 * What one package needs, whether it is installed or not: paths as in the lock, of a linked workspace where it lies itself.
 */
export function neededBy({ packages }: Lock, path: string): string[] {
  const about = packages[path];
  if (about === undefined) return [];
  return wantedBy(about).flatMap(({ name }) => {
    const at = resolveFrom(path, name, packages);
    const found = at === undefined ? undefined : packages[at];
    return at === undefined || found === undefined ? [] : [found.link ? (found.resolved ?? at) : at];
  });
}

function wantedBy(about: Lock["packages"][string]): { name: string; optional: boolean }[] {
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = about;
  const peers = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true);
  return [
    ...[...Object.keys(dependencies), ...peers].map((name) => ({ name, optional: false })),
    ...Object.keys(optionalDependencies).map((name) => ({ name, optional: true })),
  ];
}

/** Node looks in the package's own folder first, then in each one above it. */
function resolveFrom(path: string, name: string, packages: Lock["packages"]): string | undefined {
  for (let at = path; ; ) {
    const candidate = `${at === "" ? "" : `${at}/`}node_modules/${name}`;
    if (packages[candidate] !== undefined) return candidate;
    if (at === "") return undefined;
    at = at.includes("/") ? at.slice(0, at.lastIndexOf("/")) : "";
  }
}
