import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type Manifest, valueAt } from "../mesh/index.ts";
import { testEnvironment } from "../test-servers/config.ts";
import { ClusterClient } from "./cluster-client.ts";
import { trialSettings } from "./config.ts";
import { Installation } from "./install.ts";
import { kindManifests } from "./kind-manifests.ts";
import { type Keys, makeKeys, ownerSecret } from "./kind-secrets.ts";
import { forwardPort, type Ran, readyPod, runInPod } from "./pod-access.ts";
import { requireThrowAway } from "./throw-away.ts";
import { TrialAgent } from "./trial-agent.ts";

// Run by `npm run test:cluster` alone, where KUBECONFIG names a cluster. What it makes there it takes away again.
const settings = trialSettings();
const config = new KubeConfig();
const client = new ClusterClient(config);
const say = (line: string) => void process.stderr.write(`[cluster] ${line}\n`);
const installation = new Installation(client, { say, onceStoresAreReady: async () => [await owner()] });
const closing: (() => void)[] = [];

let keys: Keys;
let manifests: readonly Manifest[];

/** The owner's password, which the operator of the database has drawn. */
async function owner(): Promise<Manifest> {
  const at = {
    ...{ apiVersion: "v1", kind: "Secret" },
    metadata: { name: "tapline-app", namespace: "tapline-data" },
  };
  const { password } = z.object({ password: z.string() }).parse(valueAt(await client.read(at), "data"));
  return ownerSecret(Buffer.from(password, "base64").toString());
}

beforeAll(async () => {
  config.loadFromDefault();
  // Read anew: who has gone to another cluster since the start must not find this one's tests there.
  requireThrowAway(config, settings.throwAway);
  keys = await makeKeys();
  manifests = kindManifests(keys, settings.image);
  await installation.install(manifests);
}, 3_600_000);
afterAll(async () => {
  for (const close of closing) close();
  if (!settings.keep) await installation.remove();
}, 900_000);

const podOf = (service: string) => readyPod(client, `tapline.dev/service=${service},app=${service}`);
/** A command of the image, in the container of a service. */
async function tapline(service: string, ...command: string[]): Promise<Ran> {
  const program = ["/nodejs/bin/node", "apps/worker/src/cli/main.ts", ...command];
  return await runInPod(config, await podOf(service), service, program);
}
async function door() {
  const ingress = await readyPod(client, "tapline.dev/service=ingress");
  const { port, close } = await forwardPort(config, ingress, 7443);
  closing.push(close);
  return { port, rootPem: keys.rootPem };
}

describe("an installation of the overlay kind", () => {
  let agent: TrialAgent;

  test("gets a first admin, once", async () => {
    const program = ["/nodejs/bin/node", "apps/web/server/first-admin.ts", "ada@example.org"];
    const make = async () => await runInPod(config, await podOf("web"), "web", program);
    const made = await make();
    expect(made.code, made.stderr).toBe(0);
    expect((await make()).code).toBe(1);
  });

  test("enrols an agent by way of the gateway, and lets nobody else in", async () => {
    const act = ["--by", "trial", "--reason", "a trial of the overlay", "--yes"];
    // In a pod a command has the rights of its service: people's acts are the console's.
    const made = await tapline("web", "agent", "token", "--id", "trial", "--json", ...act);
    expect(made.code, made.stderr).toBe(0);
    const { token } = z.looseObject({ token: z.string() }).parse(JSON.parse(made.stdout));
    const at = await door();
    agent = await TrialAgent.enrol(at, token);
    expect(await TrialAgent.stranger(at)).toBe(401);
  });

  test("brings taps to the archive, each once", async () => {
    const verdicts = await agent.deliver(50, 120_000);
    expect(new Set(verdicts.map(({ verdict }) => verdict))).toEqual(new Set(["archived"]));
    const again = await agent.deliver(50, 120_000);
    expect(new Set(again.map(({ verdict }) => verdict))).toEqual(new Set(["archived"]));
  });

  test("proves a tap", async () => {
    const [proof, trust] = ["/tmp/proof.json", "/etc/tapline/certificates/trust.pem"];
    const asked = ["00000000000000ff", "1", "--trust", trust, "--out", proof];
    const proven = await tapline("audit", "prove", "tap", ...asked);
    expect(proven.code, proven.stderr).toBe(0);
    const verified = await tapline("audit", "verify", proof, "--trust", trust);
    expect(verified.code, verified.stderr).toBe(0);
  });

  test("goes to another template and back, and serves on", async () => {
    const deployment = manifests.find(
      ({ kind, metadata }) => kind === "Deployment" && metadata.name === "ingest-blue",
    );
    if (deployment === undefined) throw new Error("there is no ingest-blue");
    const template = valueAt(deployment, "spec", "template") as { metadata: { annotations: object } };
    const annotations = { ...template.metadata.annotations, "tapline.dev/trial": "another" };
    const changed = {
      ...(deployment.spec as object),
      template: { ...template, metadata: { ...template.metadata, annotations } },
    };
    const before = await podOf("ingest");
    await installation.change({ ...deployment, spec: changed });
    expect(await podOf("ingest")).not.toBe(before);
    await installation.change(deployment);
    expect(await TrialAgent.stranger(await door())).toBe(401);
  }, 600_000);

  test("turns away a service that calls whom it may not", async () => {
    const ask = (service: string, url: string) => {
      const text = `fetch("${url}",{signal:AbortSignal.timeout(10000)}).then((a)=>console.log(a.status),()=>console.log("no"))`;
      return podOf(service).then((pod) => runInPod(config, pod, service, ["/nodejs/bin/node", "-e", text]));
    };
    const refused = /^(403|502|503|no)\s*$/;
    expect((await ask("kpi", "http://web.tapline.svc.cluster.local:8080/sign-in")).stdout).toMatch(refused);
    expect((await ask("kpi", "https://example.com/")).stdout).toMatch(refused);
    expect((await ask("validation", "http://balance.tapline.svc.cluster.local:7445/")).stdout).toMatch(
      refused,
    );
  });

  test("finds tapline doctor nothing wrong with its mutual TLS and its policies", async () => {
    const cli = join(import.meta.dirname, "../../apps/worker/src/cli/main.ts");
    const asked = [cli, "doctor", "--cluster", "--json", "--namespace", "tapline"];
    // It ends with 1 where something was not seen, such as a Prometheus that a trial has not.
    const { stdout } = await promisify(execFile)(process.execPath, asked, { env: testEnvironment() }).catch(
      (error: { stdout: string }) => error,
    );
    const finding = z.looseObject({ check: z.string(), state: z.string(), what: z.string() });
    const { findings } = z.object({ findings: z.array(finding) }).parse(JSON.parse(stdout));
    const concerned = findings.filter(({ check }) =>
      /^(mTLS|policies|network|sidecars|stores|routes|proxies|services)$/.test(check),
    );
    expect(concerned.length).toBeGreaterThan(0);
    expect(concerned.filter(({ state }) => state === "fault")).toEqual([]);
  });
});
