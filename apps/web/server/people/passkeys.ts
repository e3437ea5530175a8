import { randomUUID } from "node:crypto";
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server";
import { type Act, type PrismaClient, recordAct, type Transaction } from "@tapline/adapters/prisma";
import { TaplineError } from "@tapline/core/kernel";

/** More than anybody has devices. */
const mostOfPerson = 10;

/** Loaded once the first key is asked for: its parsers of certificates are a tenth of all modules, and a console that starts is waited for. */
const webauthn = () => import("@simplewebauthn/server");

/** What a browser is asked, and the address by which it calls us: its keys are bound to the host. */
export interface Asking {
  readonly origin: string;
  readonly host: string;
  /** base64url; each is answered once at most. */
  readonly challenge: string;
}

/** By which path of sign-in, or procedure, a key comes or goes. */
type KeyAct = Act & { readonly by: string };

/**
 * Keys by which people sign in without a password (WebAuthn level 3). Each is held by its person's device and unlocked there, which
 * is two factors; a device that does not ask its person is refused. A change is one transaction with its audit entry.
 */
export class Passkeys {
  readonly #prisma: PrismaClient;
  readonly #clock: () => number;

  constructor(prisma: PrismaClient, clock: () => number) {
    this.#prisma = prisma;
    this.#clock = clock;
  }

  /** What a browser makes a key by. @throws TaplineError `conflict` where there are enough */
  async offer(person: { id: string; email: string; name: string }, { host, challenge }: Asking) {
    const known = await this.#prisma.passkey.findMany({ where: { userId: person.id } });
    if (known.length >= mostOfPerson) throw tooMany();
    return (await webauthn()).generateRegistrationOptions({
      ...{ rpName: "Tapline", rpID: host, userName: person.email, userDisplayName: person.name },
      userID: new TextEncoder().encode(person.id),
      challenge: new Uint8Array(Buffer.from(challenge, "base64url")),
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
      excludeCredentials: known.map(({ credentialId: id, transports }) => ({ id, transports })),
    });
  }

  /** @throws TaplineError `invalid-input` where the answer does not fit, `conflict` where there are enough */
  async add(
    userId: string,
    given: { name: string; response: RegistrationResponseJSON },
    { origin, host, challenge }: Asking,
    act: KeyAct,
  ): Promise<string> {
    const { verifyRegistrationResponse } = await webauthn();
    const verified = await verifyRegistrationResponse({
      ...{ response: given.response, expectedChallenge: challenge },
      ...{ expectedOrigin: origin, expectedRPID: host },
    }).catch(doesNotFit);
    if (!verified.verified) return doesNotFit();
    const { id: credentialId, publicKey, counter, transports = [] } = verified.registrationInfo.credential;
    const id = randomUUID();
    const now = this.#clock();
    await this.#prisma.$transaction(async (tx) => {
      // Nobody else changes the person meanwhile: else two at once were more than may be.
      await tx.$queryRaw`SELECT id FROM "user" WHERE id = ${userId} FOR UPDATE`;
      if ((await tx.passkey.count({ where: { userId } })) >= mostOfPerson) throw tooMany();
      const key = { id, credentialId, publicKey, signCount: counter, transports, host, name: given.name };
      await tx.passkey.create({ data: { ...key, userId, createdAt: new Date(now) } });
      await record(tx, userId, "added", id, act, now);
    });
    return id;
  }

  /** @param id `null`: all of them @returns how many there were */
  remove(userId: string, id: string | null, act: KeyAct): Promise<number> {
    return this.#prisma.$transaction(async (tx) => {
      const where = { userId, ...(id === null ? {} : { id }) };
      const found = await tx.passkey.findMany({ where, select: { id: true } });
      for (const key of found) {
        const { count } = await tx.passkey.deleteMany({ where: key });
        if (count > 0) await record(tx, userId, "removed", key.id, act, this.#clock());
      }
      return found.length;
    });
  }

  /** What a browser asks any key of this host by. */
  async offerSignIn({ host, challenge }: Asking) {
    return (await webauthn()).generateAuthenticationOptions({
      ...{ rpID: host, userVerification: "required" },
      challenge: new Uint8Array(Buffer.from(challenge, "base64url")),
    });
  }

  /**
   * The key that answered, and whose it is.
   * @throws TaplineError `invalid-input` where it is none of ours, made at another host, or its answer does not fit
   */
  async answering(
    response: AuthenticationResponseJSON,
    { origin, host, challenge }: Asking,
  ): Promise<{ id: string; userId: string }> {
    const known = await this.#prisma.passkey.findUnique({ where: { credentialId: response.id, host } });
    if (known === null) return doesNotFit();
    const { credentialId, signCount } = known;
    const publicKey = new Uint8Array(known.publicKey);
    const { verifyAuthenticationResponse } = await webauthn();
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      ...{ response, expectedChallenge: challenge, expectedOrigin: origin, expectedRPID: host },
      credential: { id: credentialId, publicKey, counter: Number(signCount) },
    }).catch(doesNotFit);
    if (!verified) return doesNotFit();
    // Where it was used in between, it counts on from there: this answer is of a copy, or of before.
    const { count } = await this.#prisma.passkey.updateMany({
      where: { id: known.id, signCount },
      data: { signCount: authenticationInfo.newCounter, lastUsedAt: new Date(this.#clock()) },
    });
    return count === 0 ? doesNotFit() : { id: known.id, userId: known.userId };
  }
}

function record(
  tx: Transaction,
  userId: string,
  passkey: "added" | "removed",
  id: string,
  { by, ...act }: KeyAct,
  atEpochMs: number,
): Promise<void> {
  const facts = { by, passkey, id };
  return recordAct(tx, act, { action: "user.changed", subject: `user/${userId}`, facts }, atEpochMs);
}

/** @throws TaplineError `invalid-input` always, in the same words whatever it is that does not fit */
function doesNotFit(): never {
  throw new TaplineError("invalid-input", "this passkey is not known here, or its answer does not fit", {
    remedy: "sign in by the password, and add a passkey under Settings",
  });
}

const tooMany = () =>
  new TaplineError("conflict", `nobody has more than ${mostOfPerson} passkeys`, {
    remedy: "remove one first",
  });
