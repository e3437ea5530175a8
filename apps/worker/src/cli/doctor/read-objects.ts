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
