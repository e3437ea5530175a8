import { TaplineError } from "@tapline/core/kernel";
import { z } from "zod";

/** What Prisma's driver for PostgreSQL found, in the error that it hands on. */
const foundSchema = z.object({
  meta: z.object({
    driverAdapterError: z.object({
      cause: z.object({
        kind: z.string(),
        host: z.string().optional(),
        port: z.number().optional(),
        db: z.string().optional(),
        user: z.string().optional(),
        /** Of an error that Prisma has no kind for: PostgreSQL's own code. */
        code: z.string().optional(),
        message: z.string().optional(),
      }),
    }),
  }),
});

/** Prisma's code for a transaction that could not begin, or took too long and was rolled back. */
const transactionFailed = "P2028";
const insufficientPrivilege = "42501";
const whereRemedy =
  "See that it runs, and that DATABASE_URL points to it (docs/operations.md, PostgreSQL is down).";
const rightsRemedy =
  "See that DATABASE_URL names a user of the installation's database, with the right password.";

/** A database that cannot be worked with, in our words; `undefined` where `error` says something else. */
export function databaseTrouble(error: Error): TaplineError | undefined {
  if ("code" in error && error.code === transactionFailed)
    return new TaplineError("unavailable", "PostgreSQL did not get to it in time, and nothing was changed", {
      remedy: "Try again; where it stays so, see what keeps it busy (tapline status).",
      cause: error,
    });
  const parsed = foundSchema.safeParse(error);
  if (!parsed.success) return undefined;
  const { kind, host, port, db, user, code, message } = parsed.data.meta.driverAdapterError.cause;
  const at = host === undefined ? "" : ` at ${host}${port === undefined ? "" : `:${port}`}`;
  const said = (code: "unavailable" | "misconfigured", message: string, remedy: string) =>
    new TaplineError(code, message, { remedy, cause: error });
  if (code === insufficientPrivilege)
    return said(
      "misconfigured",
      `PostgreSQL refuses this to the user of DATABASE_URL: ${message}`,
      "Sign in as the user that commands have; a service's own may do what its code does (docs/operations.md, Your own servers).",
    );
  switch (kind) {
    case "DatabaseNotReachable":
    case "ConnectionClosed":
    case "SocketTimeout":
      return said("unavailable", `PostgreSQL${at} does not answer`, whereRemedy);
    case "TooManyConnections":
      return said(
        "unavailable",
        "PostgreSQL has no connection left",
        "Try again, or raise its max_connections.",
      );
    case "TlsConnectionError":
      return said(
        "misconfigured",
        "PostgreSQL does not speak TLS as DATABASE_URL asks",
        "Mend sslmode in DATABASE_URL.",
      );
    case "AuthenticationFailed":
      return said(
        "misconfigured",
        `PostgreSQL does not let in the user ${user ?? "of DATABASE_URL"}`,
        rightsRemedy,
      );
    case "DatabaseAccessDenied":
      return said(
        "misconfigured",
        `PostgreSQL refuses the database ${db ?? "of DATABASE_URL"}`,
        rightsRemedy,
      );
    case "DatabaseDoesNotExist":
      return said("misconfigured", `PostgreSQL has no database ${db ?? "as in DATABASE_URL"}`, rightsRemedy);
    case "TableDoesNotExist":
    case "ColumnNotFound":
      return said(
        "misconfigured",
        "the database is not one of this version of Tapline",
        "Bring it up to date: npm start does, else see docs/operations.md, Your own servers.",
      );
    default:
      return undefined;
  }
}
