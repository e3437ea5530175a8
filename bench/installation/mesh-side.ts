import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { meshServices } from "@tapline/core/telemetry";
import { roleOf, type Service, servicesRole } from "../../tools/database/index.ts";
import { databaseName, type PeerFiles, withPeer } from "../../tools/servers/index.ts";
import { ofType, startChild } from "../child.ts";
import { type Life, type Part, startPart } from "./part.ts";
import { redisUrlOf, type StoreAccess } from "./stores.ts";

type Settings = Readonly<Record<string, string>>;

/** Ports that a process tells once it is ready: of its health, a door's two, the scaler's, the console's. */
type Ready = {
  readonly healthPort?: number;
  readonly ingestPort?: number;
  readonly streamPort?: number;
  readonly scalerPort?: number;
  readonly port?: number;
};

/** What an installation asks of the mesh around it. */
export type MeshSide = {
  /** Its own processes, whose CPU counts. */
  readonly pids: readonly number[];
  /** Begins, with what it keeps in `dir`, and takes connections at these ports in the doors' place. */
  readonly open: (
    dir: string,
    doors: { readonly ingestPort: number; readonly streamPort: number },
  ) => Promise<void>;
  /** A certificate of its authority's, for a service or a store. */
  readonly peer: (name: string) => Promise<PeerFiles>;
  /** Where the next process of `service` is to listen, and by what it is to send. */
  readonly settings: (service: string) => Promise<Settings>;
  /** Sends connections to a process that is ready, too. @returns sends it no more */
  readonly admit: (service: string, ready: Ready, settings: Settings) => Promise<() => Promise<void>>;
  /** Told that the process of these settings has ended. */
  readonly left: (settings: Settings) => Promise<void>;
};

const isService = (name: string): name is Service => meshServices.some((service) => service === name);

/** As which somebody with a certificate of the mesh signs in to PostgreSQL. */
const databaseRoleOf = (name: string): string => (isService(name) ? roleOf(name) : servicesRole);

/** In PostgreSQL each service has a role of its own, by its certificate; the owner has a password, too. */
export async function storesAccess(mesh: MeshSide | undefined): Promise<StoreAccess> {
  if (mesh === undefined) return {};
  const hba = [
    `hostssl all ${databaseName} 127.0.0.1/32 scram-sha-256 clientcert=verify-ca`,
    `hostssl ${databaseName} all 127.0.0.1/32 cert map=services`,
  ];
  const ident = [...meshServices, "operator"].map((name) => `services ${name} ${databaseRoleOf(name)}`);
  return {
    tls: await mesh.peer("postgresql"),
    access: { hba: `${hba.join("\n")}\n`, ident: `${ident.join("\n")}\n` },
  };
}

/** Starts a process, with a certificate of its own where there is a mesh. @param main its file */
export async function startLife(
  main: URL,
  service: string,
  settings: Settings,
  mesh: MeshSide | undefined,
): Promise<Life> {
  const own = mesh === undefined ? settings : await inMesh(mesh, service, settings);
  const child = startChild(main.href, import.meta.url, own);
  try {
    const ready = (await child.next(ofType("ready"))) as Ready;
    const withdraw = await mesh?.admit(service, ready, own);
    const stop = async (): Promise<void> => {
      await child.stop();
      await mesh?.left(own);
    };
    const life = { pid: child.pid, child, exited: child.exited, stop };
    return withdraw === undefined ? life : { ...life, withdraw };
  } catch (error) {
    await child.kill();
    throw error;
  }
}

async function inMesh(mesh: MeshSide, service: string, settings: Settings): Promise<Settings> {
  const peer = await mesh.peer(service);
  const database = new URL(settings.DATABASE_URL ?? "");
  database.username = databaseRoleOf(service);
  const { REDIS_URL: redis = "" } = settings;
  return {
    ...settings,
    ...(await mesh.settings(service)),
    DATABASE_URL: withPeer(database.href, peer),
    REDIS_URL: withPeer(isService(service) ? redisUrlOf(redis, service) : redis, peer),
  };
}

/** The console, as one more process of the installation. */
export async function startWebPart(
  dir: string,
  mesh: MeshSide | undefined,
  environment: Settings,
): Promise<Part> {
  const secretFile = join(dir, "console.secret");
  await writeFile(secretFile, randomBytes(32).toString("hex"), { mode: 0o600 });
  const settings = {
    ...{ PATH: environment.PATH ?? "", NODE_ENV: "production", LOG_LEVEL: "warn" },
    NODE_COMPILE_CACHE: environment.NODE_COMPILE_CACHE ?? "",
    TAPLINE_DRAIN_DELAY_SECONDS: environment.TAPLINE_DRAIN_DELAY_SECONDS ?? "0",
    ...{ NEXT_TELEMETRY_DISABLED: "1", TAPLINE_WEB_SECRET_FILE: secretFile },
    ...{ DATABASE_URL: environment.DATABASE_URL ?? "", REDIS_URL: environment.REDIS_URL ?? "" },
  };
  const main = new URL("../../apps/web/.next/console/main.mjs", import.meta.url);
  return await startPart("web", "web", () => startLife(main, "web", settings, mesh));
}
