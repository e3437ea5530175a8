import { type ActTerms, type ActuatorAct, actRefused, type MeshAct } from "@tapline/core/noops";
import type { MarkedWrites } from "./marked-writes.ts";
import { greenPercentOf, shareChange } from "./mesh.ts";
import { retriesChange, revisionOfAll, ruleChange, withRetries } from "./mesh-settings.ts";
import { specRevision } from "./names.ts";
import { ledByOthers, type Shown, type Situation, serviceOf } from "./read-landscape.ts";
import { refuseOld } from "./refuse-old.ts";
import type { ClusterObject } from "./resources.ts";

type Act<Kind extends ActuatorAct["kind"]> = Extract<ActuatorAct, { kind: Kind }>;
type Mesh = Readonly<{
  shown: Shown;
  situations: readonly Situation[];
  writes: MarkedWrites;
  terms: ActTerms;
}>;

/** How what comes anew is shared, and how a service is connected to. @returns the revision after it */
export async function actOnMesh(mesh: Mesh, act: Act<"share"> | MeshAct): Promise<string> {
  if (act.kind === "share") return await share(mesh, act);
  return act.kind === "retries" ? await setRetries(mesh, act) : await setRules(mesh, act);
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

/** The rules of all colours, so that none is connected to otherwise than the others. */
async function setRules(mesh: Mesh, act: Exclude<MeshAct, { kind: "retries" }>): Promise<string> {
  const rules = mesh.shown.destinationRules.filter((object) => serviceOf(object) === act.service);
  if (rules.length === 0)
    throw actRefused("unsupported", `no DestinationRule says how ${act.service} is connected to`);
  return await writeAll(mesh, "destinationRules", rules, () => ruleChange(act));
}

async function setRetries(mesh: Mesh, act: Act<"retries">): Promise<string> {
  const ofService = mesh.shown.virtualServices.filter((object) => serviceOf(object) === act.service);
  const asking = withRetries(ofService);
  if (asking.length === 0)
    throw actRefused("unsupported", `no route to ${act.service} is tried again`, {
      remedy: "what may be asked twice its VirtualService says, by `retries` of its own",
    });
  return await writeAll(mesh, "virtualServices", asking, (object) => retriesChange(act, object));
}

async function writeAll(
  { writes, terms }: Mesh,
  resource: "destinationRules" | "virtualServices",
  objects: readonly ClusterObject[],
  changeOf: (object: ClusterObject) => { spec: object },
): Promise<string> {
  if (!objects.some((object) => writes.has(object))) refuseOld(terms.revision, revisionOfAll(objects));
  const written: ClusterObject[] = [];
  for (const object of objects) written.push(await writes.write(resource, object, changeOf(object)));
  return revisionOfAll(written);
}
