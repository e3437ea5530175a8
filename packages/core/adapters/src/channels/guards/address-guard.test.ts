import type { LookupAddress } from "node:dns";
import { expect, test } from "vitest";
import { AddressGuard } from "./index.ts";

const closed = new AddressGuard([]);

test("loopback, private networks, metadata services and what only looks like the open internet are refused", () => {
  const refused = [
    ...["127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.31.255.1", "192.168.1.1", "169.254.169.254"],
    ...[
      "100.100.100.200",
      "224.0.0.1",
      "255.255.255.255",
      "::1",
      "::",
      "fe80::1",
      "fd00:ec2::254",
      "ff02::1",
    ],
    ...[
      "::ffff:127.0.0.1",
      "::ffff:169.254.169.254",
      "64:ff9b::a9fe:a9fe",
      "2002:7f00:1::",
      "not an address",
    ],
  ];
  expect(refused.filter((address) => closed.allows(address))).toEqual([]);
  expect(["8.8.8.8", "172.32.0.1", "2606:4700::1111"].filter((address) => !closed.allows(address))).toEqual(
    [],
  );
});

test("a network that is named may be reached, and only that one", () => {
  const open = new AddressGuard(["10.1.0.0/16", "fd00:1::/32"]);
  expect(["10.1.2.3", "10.2.0.1", "fd00:1::5", "fd00:2::5"].map((one) => open.allows(one))).toEqual([
    ...[true, false, true, false],
  ]);
  for (const wrong of ["10.1.0.0", "10.1.0.0/33", "gym", "10.1.0.0/x"])
    expect(() => new AddressGuard([wrong]), wrong).toThrow("is no network");
});

const lookup = (guard: AddressGuard, host: string) =>
  new Promise<string | LookupAddress[]>((resolve, reject) => {
    guard.lookup(host, { all: true }, (error, found) => (error === null ? resolve(found) : reject(error)));
  });

test("a name is judged by what it resolves to", async () => {
  await expect(lookup(closed, "localhost")).rejects.toThrow("not on the open internet");
  const addresses = await lookup(new AddressGuard(["127.0.0.0/8", "::1/128"]), "localhost");
  expect(addresses).not.toHaveLength(0);
});
