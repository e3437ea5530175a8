import { hasCode } from "@tapline/core/kernel";
import { expect, test } from "vitest";
import { SftpArchive } from "./index.ts";
import { readHostKeyPins, readSftpUrl } from "./sftp-settings.ts";

const pin = `SHA256:${Buffer.alloc(32, 7).toString("base64").replace("=", "")}`;

test("an archive's URL is taken apart", () => {
  expect(readSftpUrl("sftp://tapline@archive.example:2222/srv/tap%20s/")).toEqual({
    host: "archive.example",
    port: 2222,
    user: "tapline",
    root: "/srv/tap s",
  });
  expect(readSftpUrl("sftp://a@[::1]/")).toEqual({ host: "::1", port: 22, user: "a", root: "" });
});

test.for(["", "http://a@b/", "sftp://host/", "sftp:///x", "sftp://a:secret@host/", "not a url"])(
  "%j is refused as an archive's URL",
  (url) => {
    expect(() => readSftpUrl(url)).toThrow(expect.toSatisfy((error) => hasCode(error, "misconfigured")));
  },
);

test("a password in the URL is not repeated in the error", () => {
  expect(() => readSftpUrl("sftp://a:hunter2@host/")).not.toThrow("hunter2");
});

test("without a readable pin nothing connects", () => {
  expect(readHostKeyPins(`${pin}, ${pin}`)).toEqual([Buffer.alloc(32, 7), Buffer.alloc(32, 7)]);
  for (const bad of ["", "MD5:00:11", "SHA256:short", pin.slice(0, -1), `${pin},`]) {
    const make = () => new SftpArchive({ url: "sftp://a@b/", hostKeyPin: bad, privateKey: "" });
    expect(make, bad).toThrow(expect.toSatisfy((error) => hasCode(error, "misconfigured")));
  }
});
