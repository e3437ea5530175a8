import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Authority, issueAuthority, issueLeaf } from "@tapline/core/encryption";
import type { PeerFiles } from "../servers/index.ts";

const hourMs = 3_600_000;

/** As the mesh names a service to others. */
export const serviceUri = (service: string): string => `spiffe://tapline.local/ns/tapline/sa/${service}`;

/** An authority that gives each service a certificate of one hour, as a mesh does. */
export class MeshAuthority {
  readonly #authority: Authority;
  readonly #dir: string;

  private constructor(authority: Authority, dir: string) {
    this.#authority = authority;
    this.#dir = dir;
  }

  /** Makes one; certificates are written to `dir`. */
  static async create(dir: string): Promise<MeshAuthority> {
    const subject = { commonName: "Mesh root", organisation: "Tapline", pathLength: 0 };
    const authority = await issueAuthority(subject, validity(24));
    await writeFile(join(dir, "mesh-root.crt"), authority.certPem);
    return new MeshAuthority(authority, dir);
  }

  /** Issues the certificate of `service`, or a new one in place of the present: PEM files. */
  async issue(service: string): Promise<PeerFiles> {
    const { certPem, keyPem } = await issueLeaf(
      {
        ...{ commonName: service, organisation: "Tapline", issuer: this.#authority, use: "workload" },
        ...{ hosts: ["localhost", "127.0.0.1"], uri: serviceUri(service) },
      },
      validity(1),
    );
    const at = (name: string): string => join(this.#dir, name);
    const files = {
      ca: at("mesh-root.crt"),
      cert: at(`mesh-${service}.crt`),
      key: at(`mesh-${service}.key`),
    };
    await writeFile(files.key, keyPem, { mode: 0o600 });
    await writeFile(files.cert, certPem);
    return files;
  }
}

function validity(hours: number) {
  const now = Date.now();
  // Clocks differ: what is issued now is valid from a little before.
  return { notBefore: new Date(now - hourMs), notAfter: new Date(now + hours * hourMs) };
}
