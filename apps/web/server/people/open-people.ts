import type { IncomingHttpHeaders } from "node:http";
import { type PrismaClient, SavedViews } from "@tapline/adapters/prisma";
import type { InstallationView } from "../../contracts/installation.ts";
import type { Auth } from "../auth/create-auth.ts";
import { type Viewer, viewerOf } from "../auth/viewer.ts";
import type { WebConfig } from "../config.ts";
import { readInstallation } from "../installation/read-installation.ts";
import { ApiTokens, bearerOf } from "./api-tokens.ts";
import { Invitations } from "./invitations.ts";
import { People } from "./people.ts";
import { PeopleDesk } from "./people-desk.ts";

/** What procedures have of people, programs, and what both are part of. */
export interface PeopleParts {
  people: People;
  peopleDesk: PeopleDesk;
  invitations: Invitations;
  apiTokens: ApiTokens;
  savedViews: SavedViews;
  installation: () => Promise<InstallationView>;
}

/** Who asks for procedures: whom a token stands for where one is given, else whom the session does. */
export type CallerOf = (headers: IncomingHttpHeaders) => Promise<Viewer | null>;

/** @param origin what browsers call us first */
export function openPeople(
  prisma: PrismaClient,
  auth: Auth,
  { config, origin }: { config: WebConfig; origin: string },
  onRoleChanged: (sessionIds: readonly string[]) => void,
): PeopleParts & { callerOf: CallerOf } {
  const apiTokens = new ApiTokens(prisma, Date.now);
  return {
    people: new People(prisma, auth, Date.now),
    peopleDesk: new PeopleDesk(prisma, auth, config.siteName, onRoleChanged),
    invitations: new Invitations(prisma, config.siteName, Date.now),
    apiTokens,
    savedViews: new SavedViews(prisma, Date.now),
    installation: () => readInstallation(prisma, config, origin),
    callerOf: (headers) => {
      const token = bearerOf(headers.authorization);
      return token === null ? viewerOf(auth, prisma, headers) : apiTokens.viewerOf(token);
    },
  };
}
