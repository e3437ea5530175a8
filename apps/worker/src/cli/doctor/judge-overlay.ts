import { z } from "zod";
import type { ClusterPicture } from "../../wire/commands/cluster.ts";
import { type Finding, notice, well } from "./finding.ts";
import { colourOf, serviceOf, withObjects } from "./read-objects.ts";

const specSchema = z.looseObject({ replicas: z.number().default(1) });

/**
 * Whether an overlay may be applied now: it says that green of each service has no replicas, which ends what serves where a release
 * runs as green. Nothing is wrong with that as long as nobody applies one, so it is no fault.
 */
export function judgeOverlay(picture: ClusterPicture): readonly Finding[] {
  return withObjects("overlay", picture, ["deployments"], ({ deployments }) => {
    const serving = deployments.filter(
      (object) => colourOf(object) === "green" && specSchema.parse(object.spec).replicas > 0,
    );
    if (serving.length === 0) return [well("overlay", "one may be applied: green of each service rests")];
    return serving.map((object) => {
      const service = serviceOf(object);
      return notice(
        "overlay",
        `do not apply an overlay now, it would end what serves: green of ${service}`,
        `tapline release rollback ${service}, or shift it on, until blue has all and green rests`,
      );
    });
  });
}
