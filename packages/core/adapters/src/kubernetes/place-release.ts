import { actRefused, type ReleaseSpec } from "@tapline/core/noops";
import { mayReleaseSet, whyNotReleasable } from "@tapline/core/rollout";
import { z } from "zod";
import { annotations, labels } from "./names.ts";
import { type ClusterObject, type Container, deploymentSpec, type Variable } from "./resources.ts";

/** What settings were before a release replaced them; null = absent. */
const beforeSchema = z.record(z.string(), z.string().nullable());

/**
 * The change of a Deployment that runs a release: the image's tag is the version, settings go into the environment. What an
 * earlier release had set is undone first, so that a release is the same whatever ran there before.
 * @throws TaplineError (`refused`) where a setting is none that a release may set, or comes from a secret
 */
export function placeChange(
  deployment: ClusterObject,
  release: ReleaseSpec,
): { metadata: object; spec: object } {
  refuseStrange(release);
  const spec = deploymentSpec.parse(deployment.spec);
  const main = mainContainer(deployment, spec.template.spec.containers);
  const kept = beforeSchema.safeParse(
    JSON.parse(deployment.metadata.annotations[annotations.before] ?? "{}"),
  );
  const own = undo(main.env ?? [], kept.data ?? {});
  const before: Record<string, string | null> = {};
  for (const name of Object.keys(release.config)) before[name] = valueToKeep(own, name);
  const env: Variable[] = [
    ...own.filter(({ name }) => !Object.hasOwn(release.config, name)),
    ...Object.entries(release.config).map(([name, value]) => ({ name, value })),
  ];
  const placed = { ...main, image: `${repositoryOf(main.image)}:${release.version}`, env };
  return {
    metadata: {
      annotations: { [annotations.release]: release.id, [annotations.before]: JSON.stringify(before) },
    },
    spec: {
      template: {
        metadata: { annotations: { [annotations.release]: release.id } },
        spec: { containers: spec.template.spec.containers.map((one) => (one === main ? placed : one)) },
      },
    },
  };
}

function refuseStrange({ version, config }: ReleaseSpec): void {
  const strange = Object.keys(config).find((name) => !mayReleaseSet(name));
  if (strange !== undefined) throw actRefused("refused", whyNotReleasable(strange));
  if (version.includes("+"))
    throw actRefused("refused", `the version ${version} is no image's tag: these have no +`, {
      remedy: "build the image under another name of the version",
    });
}

/** The container that runs the service: named after it, or the only one. */
function mainContainer(deployment: ClusterObject, containers: readonly Container[]): Container {
  const service = deployment.metadata.labels[labels.service];
  const named = containers.find(({ name }) => name === service);
  const found = named ?? (containers.length === 1 ? containers[0] : undefined);
  if (found !== undefined) return found;
  throw actRefused(
    "refused",
    `of several containers in ${deployment.metadata.name} none is named ${service}`,
    {
      remedy: "name the container that runs the service after it",
    },
  );
}

/** Without tag and digest; a registry's port is no tag. */
function repositoryOf(image: string): string {
  const [named = image] = image.split("@", 1);
  const tag = named.indexOf(":", named.lastIndexOf("/") + 1);
  return tag < 0 ? named : named.slice(0, tag);
}

function undo(env: readonly Variable[], before: Readonly<Record<string, string | null>>): Variable[] {
  const untouched = env.filter(({ name }) => !Object.hasOwn(before, name));
  const again = Object.entries(before).flatMap(([name, value]) => (value === null ? [] : [{ name, value }]));
  return [...untouched, ...again];
}

function valueToKeep(env: readonly Variable[], name: string): string | null {
  const found = env.find((variable) => variable.name === name);
  if (found?.valueFrom !== undefined)
    throw actRefused(
      "refused",
      `the setting ${name} comes from a secret or the like: a release cannot set it`,
      {
        remedy: "leave it out of the release's config",
      },
    );
  return found === undefined ? null : (found.value ?? "");
}
