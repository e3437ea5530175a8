import { passwordHash } from "@tapline/adapters/passwords";
import type { PrismaClient } from "@tapline/adapters/prisma";
import { TaplineError } from "@tapline/core/kernel";
import { weaknessOf } from "../../contracts/password-strength.ts";
import type { RoleName } from "../../contracts/people.ts";
import type { Auth } from "../auth/create-auth.ts";
import { actOnPeople, operator, type PeopleAct } from "../auth/who-asks.ts";
import { Passkeys } from "./passkeys.ts";
import { type Sites, setScope } from "./scope-desk.ts";

/** What admins do to other people's accounts. Nobody does it to their own: so no admin shuts themselves out. Each is written down with its reason. */
export class PeopleDesk {
  readonly #prisma: PrismaClient;
  readonly #auth: Auth;
  readonly #passkeys: Passkeys;
  readonly #siteName: string;
  readonly #onRoleChanged: (sessionIds: readonly string[]) => void;

  /** @param onRoleChanged told the sessions of a person who may do other things than before */
  constructor(
    prisma: PrismaClient,
    auth: Auth,
    siteName: string,
    onRoleChanged: (sessionIds: readonly string[]) => void,
  ) {
    this.#prisma = prisma;
    this.#auth = auth;
    this.#passkeys = new Passkeys(prisma, Date.now);
    this.#siteName = siteName;
    this.#onRoleChanged = onRoleChanged;
  }

  /**
   * @param seen the role that whoever asks believes the person to have
   * @throws TaplineError `conflict` where it is another one by now
   */
  async setRole(userId: string, { seen, role }: { seen: string; role: RoleName }, act: PeopleAct) {
    const { scope } = await this.#other(userId, act);
    if (role === "admin" && scope !== "whole")
      throw new TaplineError("conflict", "an admin has the whole installation; this person sees some sites", {
        remedy: "let the person see the whole installation before",
      });
    const { adapter } = await this.#auth.$context;
    const where = [
      { field: "id", value: userId },
      { field: "role", value: seen },
    ];
    const changed = await actOnPeople(act, () =>
      adapter.updateMany({ model: "user", where, update: { role } }),
    );
    if (changed === 0) {
      const { name, role: now } = await this.#other(userId, act);
      throw new TaplineError("conflict", `${name} is ${now} by now, not ${seen}`, {
        remedy: "look at it again",
        facts: { role: now },
      });
    }
    await this.#renew(userId);
  }

  /** @throws TaplineError as `setScope` */
  async setScope(userId: string, wish: { seen: Sites; sites: Sites }, act: PeopleAct): Promise<void> {
    await this.#other(userId, act);
    const by = { actor: operator(act.userId), reason: act.reason, traceId: act.traceId };
    await setScope(this.#prisma, userId, wish, by, act.verb);
    await this.#renew(userId);
  }

  /** Has open pages of a person loaded anew, and their sockets come anew. */
  async #renew(userId: string): Promise<void> {
    const sessions = await this.#prisma.session.findMany({ where: { userId }, select: { id: true } });
    this.#onRoleChanged(sessions.map(({ id }) => id));
  }

  /** Lets a person sign in no more, and ends all their sessions. */
  async disable(userId: string, act: PeopleAct): Promise<void> {
    await this.#other(userId, act);
    await actOnPeople(act, async () => {
      const people = await this.#people();
      // In this order: once it is done no session is begun any more.
      await people.updateUser(userId, { banned: true, banReason: null, banExpires: null });
      await people.deleteUserSessions(userId);
    });
  }

  async enable(userId: string, act: PeopleAct): Promise<void> {
    await this.#other(userId, act);
    const data = { banned: false, banReason: null, banExpires: null };
    await actOnPeople(act, async () => (await this.#people()).updateUser(userId, data));
  }

  /** For whoever has lost app, backup codes or the device of a passkey: the password alone signs them in until they enrol another one. */
  async resetSecondFactor(userId: string, act: PeopleAct): Promise<void> {
    await this.#other(userId, act);
    await actOnPeople(act, async () => {
      const { adapter, internalAdapter } = await this.#auth.$context;
      await internalAdapter.updateUser(userId, { twoFactorEnabled: false });
      await adapter.deleteMany({ model: "twoFactor", where: [{ field: "userId", value: userId }] });
      const by = { actor: operator(act.userId), reason: act.reason, traceId: act.traceId, by: act.verb };
      await this.#passkeys.remove(userId, null, by);
      // Browsers in which it was not asked for: they would not be asked for the next one either.
      const trusted = { value: userId, identifier: { startsWith: "trust-device-" } };
      await this.#prisma.verification.deleteMany({ where: trusted });
    });
  }

  /** Signs a person out everywhere. */
  async endSessions(userId: string, act: PeopleAct): Promise<void> {
    await this.#other(userId, act);
    await actOnPeople(act, async () => (await this.#people()).deleteUserSessions(userId));
  }

  /**
   * For whoever has lost their password, or has none: signs them out everywhere, too.
   * @throws TaplineError `invalid-input` for one that would be guessed
   */
  async setPassword(userId: string, newPassword: string, act: PeopleAct): Promise<void> {
    const { email, name } = await this.#other(userId, act);
    const weakness = weaknessOf(newPassword, [email, name, this.#siteName]);
    if (weakness !== null) throw new TaplineError("invalid-input", weakness);
    const password = await passwordHash.hash(newPassword);
    await actOnPeople(act, async () => {
      const people = await this.#people();
      const account = { userId, accountId: userId, providerId: "credential", password };
      if ((await people.findCredentialAccount(userId)) === null) await people.createAccount(account);
      else await people.updatePassword(userId, password);
      await people.deleteUserSessions(userId);
    });
  }

  /** Takes the account away; what its person did stays in the audit log, by an id that names nobody any more. */
  async remove(userId: string, act: PeopleAct): Promise<void> {
    await this.#other(userId, act);
    await actOnPeople(act, async () => (await this.#people()).deleteUser(userId));
  }

  async #people() {
    return (await this.#auth.$context).internalAdapter;
  }

  /** @throws TaplineError `forbidden` for one's own account, `not-found` */
  async #other(userId: string, act: PeopleAct) {
    if (userId === act.userId)
      throw new TaplineError("forbidden", "nobody does this to their own account", {
        remedy: "ask another admin",
      });
    const person = await this.#prisma.user.findUnique({ where: { id: userId } });
    if (person !== null) return person;
    throw new TaplineError("not-found", "this person is not there any more", {
      remedy: "look at the list again",
    });
  }
}
