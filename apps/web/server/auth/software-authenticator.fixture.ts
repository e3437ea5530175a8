import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";

const sha256 = (bytes: string | Uint8Array) => createHash("sha256").update(bytes).digest();
const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64url");

const present = 0x01;
const verified = 0x04;
const attested = 0x40;

interface Given {
  challenge: string;
  origin: string;
  host?: string;
  /** Whether it asked its person; default: yes. */
  verifies?: boolean;
}

/** A key as a device holds it (WebAuthn level 3, section 6): ES256, no attestation. */
export class SoftwareAuthenticator {
  readonly #keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  readonly #id = randomBytes(32);
  /** How often it says that it was used. */
  signCount = 0;

  get id(): string {
    return base64url(this.#id);
  }

  /** What a browser tells of a new key. */
  register(given: Given) {
    const { x = "", y = "" } = this.#keys.publicKey.export({ format: "jwk" });
    // COSE_Key: EC2, ES256, P-256, and the point.
    const head = Buffer.from("a5010203262001215820", "hex");
    const between = Buffer.from("225820", "hex");
    const point = [Buffer.from(x, "base64url"), between, Buffer.from(y, "base64url")];
    const length = Buffer.from([0, this.#id.length]);
    const credential = Buffer.concat([Buffer.alloc(16), length, this.#id, head, ...point]);
    const data = Buffer.concat([this.#head(given, attested), credential]);
    const text = (value: string) => Buffer.concat([Buffer.from([0x60 + value.length]), Buffer.from(value)]);
    const attestationObject = Buffer.concat([
      ...[Buffer.from([0xa3]), text("fmt"), text("none"), text("attStmt"), Buffer.from([0xa0])],
      ...[text("authData"), Buffer.from([0x58, data.length]), data],
    ]);
    const clientDataJSON = base64url(clientData("webauthn.create", given));
    return this.#answer({ clientDataJSON, attestationObject: base64url(attestationObject) });
  }

  /** What a browser answers by the key. */
  assert(given: Given) {
    this.signCount += 1;
    const authenticatorData = this.#head(given, 0);
    const client = clientData("webauthn.get", given);
    const signed = Buffer.concat([authenticatorData, sha256(client)]);
    return this.#answer({
      clientDataJSON: base64url(client),
      authenticatorData: base64url(authenticatorData),
      signature: base64url(sign("sha256", signed, this.#keys.privateKey)),
    });
  }

  #answer(response: Record<string, string>) {
    return { id: this.id, rawId: this.id, type: "public-key", clientExtensionResults: {}, response };
  }

  #head({ origin, host, verifies = true }: Given, flags: number): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(this.signCount);
    const set = present | (verifies ? verified : 0) | flags;
    return Buffer.concat([sha256(host ?? new URL(origin).hostname), Buffer.from([set]), counter]);
  }
}

const clientData = (type: string, { challenge, origin }: Given) =>
  Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
