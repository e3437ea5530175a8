import type { IncomingMessage } from "node:http";
import { expect, test } from "vitest";
import { clientAddress } from "./client-address.ts";

const from = (forwarded: string | undefined, proxies: number) => {
  const headers = forwarded === undefined ? {} : { "x-forwarded-for": forwarded };
  return clientAddress(
    { headers, socket: { remoteAddress: "127.0.0.1" } as IncomingMessage["socket"] },
    proxies,
  );
};

test("without a proxy it is the socket's other end, whatever a client says", () => {
  expect(from(undefined, 0)).toBe("127.0.0.1");
  expect(from("192.0.2.7", 0)).toBe("127.0.0.1");
});

test("behind proxies it is what the outermost of them heard, whatever a client has written before that", () => {
  expect(from("192.0.2.7", 1)).toBe("192.0.2.7");
  expect(from("198.51.100.1, 192.0.2.7", 1)).toBe("192.0.2.7");
  expect(from("198.51.100.1,2001:db8::7 , 10.0.0.1", 2)).toBe("2001:db8::7");
});

test("where a proxy has said nothing that is an address, it is the socket's other end", () => {
  for (const said of [undefined, "", "unknown", "198.51.100.1, ", "192.0.2.7:1234"])
    expect(from(said, 1)).toBe("127.0.0.1");
  expect(from("192.0.2.7", 2)).toBe("127.0.0.1");
});
