import { execFileSync } from "node:child_process";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type Place, placeAt } from "./place.ts";
import type { UpgradeSettings } from "./upgrade-settings.ts";

const { publicKey, privateKey } = generateKeyPairSync("ed25519");

/** A folder of releases, signed by a key that is made for this run. */
export class Release {
  readonly dir: string;

  constructor(root: string) {
    this.dir = mkdtempSync(join(root, "release-"));
  }

  get settings(): UpgradeSettings {
    const releaseKey = publicKey.export({ type: "spki", format: "pem" }).toString();
    return { upgradeFrom: this.dir, releaseKey, ca: null };
  }

  get keyPem(): string {
    return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  }

  path(version: string): string {
    return join(this.dir, `tapline-agent-${version}.tgz`);
  }

  /** Packs a small package; `prepare` may spoil its folder. */
  put(version: string, manifest: object = {}, prepare: (folder: string) => void = () => {}): void {
    const place = mkdtempSync(join(this.dir, "pack-"));
    const folder = join(place, "package");
    mkdirSync(folder);
    writeFileSync(
      join(folder, "package.json"),
      JSON.stringify({ name: "tapline-agent", version, ...manifest }),
    );
    prepare(folder);
    this.pack(version, place, "package");
    rmSync(place, { recursive: true });
  }

  pack(version: string, place: string, ...args: string[]): void {
    execFileSync("tar", ["-P", "-czf", this.path(version), "-C", place, ...args]);
    this.sign();
  }

  sign(): void {
    const names = readdirSync(this.dir).filter((name) => name.endsWith(".tgz"));
    const lines = names.map((name) => {
      const digest = createHash("sha256")
        .update(readFileSync(join(this.dir, name)))
        .digest("hex");
      return `${digest}  ${name}\n`;
    });
    writeFileSync(join(this.dir, "SHA256SUMS"), lines.join(""));
    writeFileSync(join(this.dir, "SHA256SUMS.sig"), sign(null, Buffer.from(lines.join("")), privateKey));
  }
}

/** A place in which `version` is installed, with `settings`. */
export function placeWith(root: string, version: string, settings: UpgradeSettings | null): Place {
  const place = placeAt(mkdtempSync(join(root, "place-")));
  mkdirSync(join(place.versions, version), { recursive: true });
  writeFileSync(
    join(place.versions, version, "package.json"),
    JSON.stringify({ name: "tapline-agent", version }),
  );
  symlinkSync(join("versions", version), place.current);
  symlinkSync(join("versions", version), place.knownGood);
  if (settings !== null) writeFileSync(place.settings, JSON.stringify(settings));
  return place;
}
