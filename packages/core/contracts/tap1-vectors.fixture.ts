import { createPrivateKey } from "node:crypto";
import { writeFileSync } from "node:fs";
import { decodeTap, encodeTap, kidOf, signTap, type Tap, tapBounds } from "../src/tap/index.ts";
import { invalidMessages } from "./tap1-invalid.fixture.ts";
import { type Tap1Vectors, tap1VectorsSchema } from "./tap1-vectors.ts";

/** RFC 8032 §7.1. */
const rfc8032 = [
  [
    "1",
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
  ],
  [
    "2",
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
  ],
] as const;

const keys = rfc8032.map(([test, seed, publicKey]) => ({
  name: `rfc8032-${test}`,
  source: `RFC 8032, 7.1, test ${test}`,
  seed,
  publicKey,
  kid: kidOf(Buffer.from(publicKey, "hex")),
  privateKey: createPrivateKey({
    key: Buffer.from(`302e020100300506032b657004220420${seed}`, "hex"),
    format: "der",
    type: "pkcs8",
  }),
}));
type Key = (typeof keys)[number];
const [first, second] = keys as [Key, Key];

/** The tap of the examples in docs/tap-format.md. */
export const exampleTap: Tap = {
  trackerId: "0102030405060708",
  seq: 7,
  epoch: 1,
  t0EpochS: 1_767_225_600,
  samples: [
    [0, 72, 0],
    [60, 75, 31],
  ],
  batteryPercent: 88,
  uptimeS: 86_400,
};

const lowest: Tap = {
  trackerId: "0000000000000000",
  seq: 1,
  epoch: 0,
  t0EpochS: 0,
  samples: [[0, 0, 0]],
  batteryPercent: 0,
  uptimeS: 0,
};

const highest: Tap = {
  trackerId: "ffffffffffffffff",
  seq: Number.MAX_SAFE_INTEGER,
  epoch: Number.MAX_SAFE_INTEGER,
  t0EpochS: tapBounds.t0EpochS,
  samples: [[tapBounds.dtS, tapBounds.heartRateBpm, tapBounds.steps]],
  batteryPercent: 100,
  uptimeS: tapBounds.uptimeS,
  part: { index: 255, of: 255 },
};

/** A tap whose map has exactly `bytes` bytes: samples of 4 bytes, and an uptime of 1 to 3 more. */
function tapOf(bytes: number): Tap {
  for (const uptimeS of [0, 24, 256, 65_536]) {
    for (let samples = 1; samples <= 100; samples++) {
      const tap: Tap = { ...exampleTap, samples: new Array(samples).fill([1, 2, 3]), uptimeS };
      const record = encodeTap(tap);
      if (record.length - (record[0] === 0xd4 ? 3 : 6) - 16 === bytes) return tap;
    }
  }
  throw new Error(`no tap has a map of ${bytes} bytes`);
}

/** Numbers around each width of a CBOR head. */
const widths = [23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32];

function valid(name: string, tap: Tap, key?: Key) {
  const message = key === undefined ? encodeTap(tap) : signTap(tap, key);
  const decoded = decodeTap(message);
  if (!decoded.ok) throw new Error(`${name}: ${decoded.detail}`);
  const row = { name, message: message.toString("hex"), tap, key: key?.name ?? null };
  if (decoded.signature === null) return row;
  const { toBeSigned, signature } = decoded.signature;
  return { ...row, toBeSigned: toBeSigned.toString("hex"), signature: signature.toString("hex") };
}

function forged(name: string, change: (message: Buffer) => void) {
  const message = signTap(exampleTap, first);
  change(message);
  return { name, message: message.toString("hex"), key: first.name };
}

/** All vectors. What is refused stands in a file of its own. */
export function makeTap1Vectors(): Tap1Vectors {
  return tap1VectorsSchema.parse({
    format: "tap/1",
    about:
      "Test vectors of the tap format tap/1; docs/tap-format.md tells how to use them. Hexadecimal throughout.",
    keys: keys.map(({ privateKey, ...key }) => key),
    valid: [
      valid("two samples, unsigned", exampleTap),
      valid("two samples, signed", exampleTap, first),
      valid("signed with another key", { ...exampleTap, trackerId: "a0a1a2a3a4a5a6a7" }, second),
      valid("part 2 of 3", { ...exampleTap, part: { index: 2, of: 3 } }, first),
      valid("every value at its lowest", lowest, first),
      valid("every value at its highest", highest, first),
      ...widths.map((n) =>
        valid(`sequence number and epoch ${n}`, { ...exampleTap, seq: n, epoch: n }, second),
      ),
      valid("the longest payload of the short NDEF form, 255 bytes", tapOf(255)),
      valid("the shortest payload of the long NDEF form, 256 bytes", tapOf(256)),
      valid("an hour of samples", { ...exampleTap, samples: hourOfSamples() }, second),
      valid("2,000 samples", { ...exampleTap, samples: new Array(2000).fill([0, 0, 0]) }, first),
    ],
    forged: [
      forged("a heart rate changed after signing", (message) =>
        message.writeUInt8(0x49, message.indexOf("1848", 0, "hex") + 1),
      ),
      forged("a bit of the signature flipped", (message) => {
        message[message.length - 1] = (message.at(-1) ?? 0) ^ 1;
      }),
      {
        name: "signed with another key than the kid says",
        key: first.name,
        message: signTap(exampleTap, { ...second, kid: first.kid }).toString("hex"),
      },
    ],
    invalid: invalidMessages(encodeTap(exampleTap), signTap(exampleTap, first)),
  });
}

function hourOfSamples(): Tap["samples"] {
  return Array.from(
    { length: 60 },
    (_, minute) => [minute * 60, 60 + ((minute * 7) % 90), (minute * 13) % 140] as const,
  );
}

/** The file's text: a line for each vector. */
export function textOf({
  keys: keyRows,
  valid: validRows,
  forged: forgedRows,
  invalid,
  ...head
}: Tap1Vectors): string {
  const list = (rows: readonly object[]): string =>
    `[\n${rows.map((row) => `  ${JSON.stringify(row)}`).join(",\n")}\n ]`;
  const lines = [
    ...Object.entries(head).map(([name, value]) => ` ${JSON.stringify(name)}: ${JSON.stringify(value)}`),
    ` "keys": ${list(keyRows)}`,
    ` "valid": ${list(validRows)}`,
    ` "forged": ${list(forgedRows)}`,
    ` "invalid": ${list(invalid)}`,
  ];
  return `{\n${lines.join(",\n")}\n}\n`;
}

if (process.argv[1] === import.meta.filename)
  writeFileSync(new URL("./tap1-vectors.json", import.meta.url), textOf(makeTap1Vectors()));
