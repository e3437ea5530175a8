import { expect, test } from "vitest";
import { readZip } from "./read-zip.fixture.ts";
import { ZipStream } from "./zip-stream.ts";

async function zipOf(files: Record<string, string[]>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  const zip = new ZipStream(async (bytes) => void parts.push(bytes), Date.UTC(2026, 10, 29, 12, 0, 2));
  for (const [name, texts] of Object.entries(files)) {
    const write = await zip.begin(name);
    for (const text of texts) await write(Buffer.from(text));
  }
  await zip.end();
  return Buffer.concat(parts);
}

test("files that were written in parts come out whole, also an empty one", async () => {
  const files = readZip(
    await zipOf({ "a.txt": ["one\n", "", "two\n"], "ä.txt": [], "b.txt": ["x".repeat(70_000)] }),
  );
  expect([...files].map(([name, bytes]) => [name, bytes.length])).toEqual([
    ["a.txt", 8],
    ["ä.txt", 0],
    ["b.txt", 70_000],
  ]);
  expect(files.get("a.txt")?.toString()).toBe("one\ntwo\n");
});

test("its time is that of the files, and its bytes are those of the form", async () => {
  const zip = await zipOf({ a: ["1"] });
  expect(zip.toString("hex")).toBe(
    [
      ...[
        "504b0304",
        "1400",
        "0808",
        "0000",
        "0160",
        "7d5d",
        "00000000",
        "00000000",
        "00000000",
        "0100",
        "0000",
        "61",
      ],
      ...["31", "504b0708", "b7efdc83", "01000000", "01000000"],
      ...["504b0102", "1400", "1400", "0808", "0000", "0160", "7d5d", "b7efdc83", "01000000", "01000000"],
      ...["0100", "0000", "0000", "0000", "0000", "00000000", "00000000", "61"],
      ...["504b0506", "0000", "0000", "0100", "0100", "2f000000", "30000000", "0000"],
    ].join(""),
  );
});
