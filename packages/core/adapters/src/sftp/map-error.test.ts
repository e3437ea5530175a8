import { expect, test } from "vitest";
import { mapConnectError, mapSftpError } from "./map-error.ts";

test("a server's own words come as one short line without control characters", () => {
  const said = Object.assign(new Error(`\u001b[2J\0no\nroom ${"!".repeat(1_000_000)}`), { code: 4 });
  for (const { message } of [mapSftpError(said, "upload"), mapConnectError(said, "here:22", "handshake")]) {
    expect(message).toContain("?[2J?no?room !!!");
    expect(message).not.toMatch(/\p{C}/u);
    expect(message.length).toBeLessThan(400);
  }
});
