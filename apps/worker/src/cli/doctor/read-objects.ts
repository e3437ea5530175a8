import { z } from "zod";
import type { ClusterObject, ClusterPicture, InspectedKind } from "../../wire/commands/cluster.ts";
import { type Finding, unknown } from "./finding.ts";

/** Judges objects of some kinds; where one could not be read that is the finding. */
export function withObjects<Kind extends InspectedKind>(
  check: string,
  picture: ClusterPicture,
  kinds: readonly Kind[],
  judge: (objects: Readonly<Record<Kind, readonly ClusterObject[]>>) => readonly Finding[],
): readonly Finding[] {
  const found: [Kind, readonly ClusterObject[]][] = [];
  const missing: Finding[] = [];
  for (const kind of kinds) {
    const read = picture.objects[kind];
    if (read.is === "known") found.push([kind, read.value]);
    else
      missing.push(
        unknown(check, `${kind} were not seen: ${read.why}`, "use a kubeconfig that may list them"),
      );
  }
  if (missing.length > 0) return missing;
  return judge(Object.fromEntries(found) as Record<Kind, readonly ClusterObject[]>);
}

export const serviceOf = (object: ClusterObject): string =>
  object.metadata.labels["tapline.dev/service"] ?? "";
export const colourOf = (object: ClusterObject): string => object.metadata.labels["tapline.dev/colour"] ?? "";

const podStatus = z.looseObject({
  conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).default([]),
});
/** Whether a pod may be called; one that is on its way out may not. */
export const isReady = ({ metadata, status }: ClusterObject): boolean =>
  metadata.deletionTimestamp === undefined &&
  podStatus.parse(status).conditions.some((one) => one.type === "Ready" && one.status === "True");

/**
 * Reads what objects specify; where one has what is not understood here that is the finding, for of the whole nobody can
 * say then what it lets through.
 */
export function understood<Spec>(
  check: string,
  objects: readonly ClusterObject[],
  schema: z.ZodType<Spec>,
): { readonly specs: readonly Named<Spec>[]; readonly unread: readonly Finding[] } {
  const read = objects.map((object) => ({ object, parsed: schema.safeParse(object.spec) }));
  return {
    specs: read.flatMap(({ object, parsed }) =>
      parsed.success ? [{ name: object.metadata.name, spec: parsed.data }] : [],
    ),
    unread: read.flatMap(({ object, parsed }) => {
      if (parsed.success) return [];
      const where = [...new Set(parsed.error.issues.map(({ path }) => path.join(".")))].join(", ");
      return [
        unknown(
          check,
          `${object.metadata.name} says what is not understood here${where === "" ? "" : `, at ${where}`}`,
          "look yourself whom it lets through",
        ),
      ];
    }),
  };
}

export type Named<Spec> = { readonly name: string; readonly spec: Spec };

/** `ingest-blue` of `ingest-blue.tapline.svc.cluster.local`, also where it is said shortly; null: it is not in this namespace. */
export function ownName(host: string, namespace: string): string | null {
  const [name = "", ...rest] = host.split(".");
  const domain = [namespace, "svc", "cluster", "local"];
  return rest.every((part, index) => part === domain[index]) ? name : null;
}
