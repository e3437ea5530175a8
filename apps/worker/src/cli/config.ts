import { TaplineError } from "@tapline/core/kernel";

/** DATABASE_URL, which commands that change the installation need. @throws TaplineError `misconfigured` */
export function databaseUrl(): string {
  const url = process.env.DATABASE_URL;
  if (url === undefined || url === "")
    throw new TaplineError("misconfigured", "DATABASE_URL is not set", {
      remedy: "set it to the PostgreSQL of the installation: postgresql://user:password@host:port/database",
    });
  return url;
}
