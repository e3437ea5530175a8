import { expect, test } from "vitest";
import { byName, troubleAt } from "./passkeys.ts";

test.each([
  ["127.0.0.1", true, "address"],
  ["[::1]", true, "address"],
  ["192.168.1.20", true, "address"],
  ["localhost", true, null],
  ["console.example", true, null],
  ["1.example", true, null],
  ["console.example", false, "browser"],
])("at %s, in a browser with passkeys %s, the trouble is %s", (hostname, hasKeys, trouble) => {
  expect(troubleAt({ hostname }, hasKeys)).toBe(trouble);
});

test("this machine's address has a name, another machine's has none that we know", () => {
  const at = (href: string) => byName({ href, hostname: new URL(href).hostname });
  expect(at("http://127.0.0.1:7400/sign-in?from=%2Ftaps#x")).toBe(
    "http://localhost:7400/sign-in?from=%2Ftaps#x",
  );
  expect(at("http://[::1]:7400/")).toBe("http://localhost:7400/");
  expect(at("https://192.168.1.20/")).toBeNull();
});
