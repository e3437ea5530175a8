import { expect, test } from "vitest";
import { declaredOf } from "./declare-archives.ts";

test("what is said of archives has no user, no folder and no key in it", () => {
  const settings = {
    url: "sftp://tapline:secret@vault.example.org/data",
    hostKeyPin: "SHA256:new, SHA256:old",
    privateKey: "PRIVATE",
    readBackShare: 0.1,
    maxConnections: 2,
  };
  const named = {
    targets: [{ name: "main", settings }],
    rule: { mode: "mirror", quorum: 1 },
  } as const;
  const said = declaredOf({ named, instance: "worker-1", clock: () => 5 });
  expect(said).toEqual({
    ...{ mode: "mirror", quorum: 1, by: "worker-1", atEpochMs: 5 },
    targets: [{ name: "main", address: "vault.example.org:22", hostKeys: ["SHA256:new", "SHA256:old"] }],
  });
  expect(JSON.stringify(said)).not.toMatch(/secret|tapline:|data|PRIVATE/);
});
