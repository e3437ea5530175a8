import { type ActTerms, type ActuatorAct, actRefused } from "@tapline/core/noops";
import type { ClusterApi } from "./cluster-api.ts";
import type { MarkedWrites } from "./marked-writes.ts";
import { connectionsChange, greenPercentOf, shareChange } from "./mesh.ts";
import { ledByOthers, type Shown, type Situation, serviceOf, specRevision } from "./read-landscape.ts";
import { refuseOld } from "./refuse-old.ts";
import type { ClusterObject } from "./resources.ts";

type Act<Kind extends ActuatorAct["kind"]> = Extract<ActuatorAct, { kind: Kind }>;
type Mesh = Readonly<{
  api: ClusterApi;
  shown: Shown;
  situations: readonly Situation[];
  writes: MarkedWrites;
  terms: ActTerms;
}>;

/** How what comes anew is shared, and how a service is connected to. @returns the revision after it */
export async function actOnMesh(mesh: Mesh, act: Act<"share"> | Act<"connections">): Promise<string> {
  return act.kind === "share" ? await share(mesh, act) : await connections(mesh, act);
}

async function share(mesh: Mesh, act: Act<"share">): Promise<string> {
  const { service, greenPercent } = act;
  const elsewhere = ledByOthers(
    mesh.shown,
    mesh.situations.map(({ workload }) => workload),
  )[service];
  if (elsewhere !== undefined) throw actRefused("unsupported", `${service}: ${elsewhere}`);
  if (!mesh.situations.some(({ workload }) => workload.service === service))
    throw actRefused("unknown", `there is no Deployment of ${service}`);
  const ofService = mesh.shown.virtualServices.filter((object) => serviceOf(object) === service);
  const [object, second] = ofService;
  const present = object === undefined ? null : greenPercentOf(service, object);
  if (object === undefined || present === null)
    throw actRefused("unsupported", `no VirtualService leads to ${service}-blue or ${service}-green`, {
      remedy: "what goes through queues is shared where it is cut",
    });
  if (second !== undefined)
    throw actRefused("refused", `several VirtualServices say that they are for ${service}`, {
      remedy: "leave the label tapline.dev/service to one of them",
    });
  if (!mesh.writes.has(object)) refuseOld(mesh.terms.revision, specRevision(object));
  refuseUnready(mesh, act, present);
  const change = shareChange(service, object, greenPercent);
  return specRevision(await mesh.writes.write("virtualServices", object, change));
}

/** Nobody is sent to a colour before it is ready. */
function refuseUnready({ situations }: Mesh, { service, greenPercent }: Act<"share">, present: number): void {
  const gets = [
    { colour: "green", more: greenPercent > present },
    { colour: "blue", more: greenPercent < present },
  ].filter(({ more }) => more);
  for (const { colour } of gets) {
    const ready = situations.some(
      ({ workload: w }) =>
        w.service === service && w.colour === colour && w.replicas.some(({ state }) => state === "ready"),
    );
    if (!ready)
      throw actRefused("refused", `${service}/${colour} has no ready replica and would get more`, {
        remedy: "bring it up first",
      });
  }
}

async function connections(mesh: Mesh, act: Act<"connections">): Promise<string> {
  const { items } = await mesh.api.list("destinationRules", mesh.terms.signal);
  const rules = items.filter((object) => serviceOf(object) === act.service);
  if (rules.length === 0)
    throw actRefused("unsupported", `no DestinationRule says how ${act.service} is connected to`);
  const revisionOfAll = (objects: readonly ClusterObject[]) => objects.map(specRevision).join("+");
  if (!rules.some((rule) => mesh.writes.has(rule))) refuseOld(mesh.terms.revision, revisionOfAll(rules));
  const written: ClusterObject[] = [];
  for (const rule of rules)
    written.push(await mesh.writes.write("destinationRules", rule, connectionsChange(act)));
  return revisionOfAll(written);
}
