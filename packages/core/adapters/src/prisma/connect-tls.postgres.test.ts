import { expect, onTestFinished, test } from "vitest";
import { databaseName, peerParameters } from "../../../../../tools/servers/index.ts";
import { MeshAuthority, ownPostgres, temporaryFolder } from "../../../../../tools/test-servers/index.ts";
import { connectPrisma } from "./connect.ts";

test("a PostgreSQL with mutual TLS gives a service its role by its certificate, and no other certificate or clear text", async () => {
  const authority = await MeshAuthority.create(await temporaryFolder());
  const server = await ownPostgres({
    tls: await authority.issue("owner"),
    access: {
      hba: [
        `hostssl all ${databaseName} 127.0.0.1/32 scram-sha-256 clientcert=verify-ca`,
        "hostssl postgres services 127.0.0.1/32 cert map=services\n",
      ].join("\n"),
      ident: "services transfer services\n",
    },
  });
  onTestFinished(() => server.stop());
  const owner = opened(server.url);
  await owner.$executeRaw`CREATE ROLE services LOGIN`;

  const asService = `postgresql://services@127.0.0.1:${server.port}/postgres`;
  const whoAmI = (url: string) => opened(url).$queryRaw`SELECT current_user::text AS role`;
  const transfer = peerParameters(await authority.issue("transfer"));
  expect(await whoAmI(`${asService}${transfer}`)).toEqual([{ role: "services" }]);
  const other = peerParameters(await authority.issue("kpi"));
  await expect(whoAmI(`${asService}${other}`)).rejects.toThrow(/certificate authentication failed/);
  await expect(whoAmI(asService)).rejects.toThrow(/no pg_hba.conf entry|pg_hba/);
});

function opened(url: string) {
  const prisma = connectPrisma(url);
  onTestFinished(() => prisma.$disconnect());
  return prisma;
}
