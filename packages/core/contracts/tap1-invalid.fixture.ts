import { encodeNdef, type NdefFault, tapRecordType } from "../src/tap/ndef.ts";

type Invalid = { name: string; message: string; reason: string; fault?: NdefFault };

const type = Buffer.from(tapRecordType, "latin1").toString("hex");
const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(" ", ""), "hex");

/** Messages that must be refused. @param bare, signed the examples of docs/tap-format.md, which are edited here */
export function invalidMessages(bare: Buffer, signed: Buffer): Invalid[] {
  return [...ndefFaults(bare), ...coseFaults(signed), ...cborFaults(bare), ...schemaFaults(bare)];
}

function ndefFaults(bare: Buffer): Invalid[] {
  const tap = bare.toString("hex");
  const payload = bare.subarray(19).toString("hex");
  const row = (fault: NdefFault, name: string, hex: string): Invalid => ({
    name,
    message: bytes(hex).toString("hex"),
    reason: "malformed-ndef",
    fault,
  });
  return [
    row("empty", "no bytes", ""),
    row("empty", "an empty record, as on a tag that was formatted", "d0 00 00"),
    row("truncated", "one byte", tap.slice(0, 2)),
    row("truncated", "cut within its type", tap.slice(0, 20)),
    row("truncated", "its last byte missing", tap.slice(0, -2)),
    row("truncated", "a length of 4 GiB", `c4 10 ffffffff ${type} ${payload}`),
    row("truncated", "not the first record of its message", `54${tap.slice(2)}`),
    row("overlong", "the long form for 46 bytes", `c4 10 0000002e ${type} ${payload}`),
    row("chunked", "a first chunk", `f4${tap.slice(2)}`),
    row("nested", "a tap within a tap", encodeNdef(bare).toString("hex")),
    row("nested", "a text record within a tap", `d4 10 07 ${type} d1 01 03 54 02 65 6e`),
    row("trailing", "a byte after the record", `${tap}00`),
    row("trailing", "a terminator TLV after the record", `${tap}fe`),
    row("several-records", "a second record", `94${tap.slice(2)}54${tap.slice(2)}`),
    row("id-field", "a record with an id", `dc 10 2e 01 ${type} 61 ${payload}`),
    row("wrong-type", "a text record", "d1 01 03 54 02 65 6e"),
    row("wrong-type", "another external type", `d4 10 2e ${type.slice(0, -2)}32 ${payload}`),
    row("wrong-type", "our type as a MIME type", `d2${tap.slice(2)}`),
  ];
}

/** Edits the payload of `message` in hexadecimal; `from` must be there once. */
function editing(message: Buffer, reason: string) {
  const payload = message.subarray(19).toString("hex");
  const row = (name: string, hex: string): Invalid => ({
    name,
    message: encodeNdef(bytes(hex)).toString("hex"),
    reason,
  });
  const edit = (name: string, from: string, to: string): Invalid => {
    const [plainFrom, plainTo] = [from.replaceAll(" ", ""), to.replaceAll(" ", "")];
    if (payload.split(plainFrom).length !== 2) throw new Error(`${name}: ${from} is not there once`);
    return row(name, payload.replace(plainFrom, plainTo));
  };
  return { payload, row, edit };
}

function coseFaults(signed: Buffer): Invalid[] {
  const { payload, row, edit } = editing(signed, "malformed-cose");
  const kid = payload.slice(18, 34);
  return [
    row("no tag", payload.slice(2)),
    edit("tag 17 (COSE_Mac0)", "d28443", "d18443"),
    edit("tag 18 in two bytes", "d28443", "d8128443"),
    edit("an array of 3", "d284", "d283"),
    edit("an array of indefinite length", "d284", "d29f"),
    edit("algorithm ES256", "43a10127", "43a10126"),
    edit("no algorithm", "43a10127", "40"),
    edit("a protected kid besides", "43a10127", "47a20127044161"),
    edit("no kid", `a1044821fe31dfa154a261`, "a0"),
    edit("a kid of 7 bytes", `48${kid}`, `47${kid.slice(2)}`),
    edit("a content type besides the kid", `a1044821fe31dfa154a261`, "a20300044821fe31dfa154a261"),
    edit("a detached payload", payload.slice(34, -132), "f6"),
    edit("the payload's length in three bytes", "582e", "59002e"),
    edit("a payload of indefinite length", "582e", "5f582e"),
    edit("a payload of 4 GiB", "582e", "5affffffff"),
    edit("a payload of 2^64 - 1 bytes", "582e", "5bffffffffffffffff"),
    row("a signature of 63 bytes", `${payload.slice(0, -132)}583f${payload.slice(-126)}`),
    row("no signature", payload.slice(0, -132)),
    row("cut within the signature", payload.slice(0, -2)),
    row("a byte after the message", `${payload}00`),
  ];
}

function cborFaults(bare: Buffer): Invalid[] {
  const { payload, row, edit } = editing(bare, "malformed-cbor");
  return [
    row("no payload", ""),
    row("neither a map nor a COSE message", "ff"),
    row("a map's head alone", "a7"),
    row("the map's last byte missing", payload.slice(0, -2)),
    row("a byte after the map", `${payload}00`),
    edit("a number below 24 in two bytes", "0307", "031807"),
    edit("a number below 256 in three bytes", "0307", "031900ff"),
    edit("a number below 65,536 in five bytes", "0307", "031a0000ffff"),
    edit("a number below 2^32 in nine bytes", "0307", "031b00000000ffffffff"),
    edit("a map of indefinite length", "a70101", "bf0101"),
    edit("samples of indefinite length", "0682", "069f"),
    edit("a reserved head", "0307", "031c"),
    edit("a repeated key", "0401051a", "0307051a"),
    edit("a byte string of 2^32 - 1 bytes", "0248", "025affffffff"),
  ];
}

function schemaFaults(bare: Buffer): Invalid[] {
  const { edit, row, payload } = editing(bare, "schema");
  const samples = payload.slice(48, 74);
  return [
    edit("version 2", "a70101", "a70102"),
    edit("version as text", "a70101", "a7016131"),
    edit("an empty map", payload, "a0"),
    row("no battery and uptime", `a6${payload.slice(2, -18)}`),
    edit("a tracker id of 7 bytes", "02480102030405060708", "024701020304050607"),
    edit("a tracker id as text", "02480102030405060708", "02686162636465666768"),
    edit("sequence number 0", "0307", "0300"),
    edit("sequence number 2^53", "0307", "031b0020000000000000"),
    edit("sequence number 2^64 - 1", "0307", "031bffffffffffffffff"),
    edit("a negative sequence number", "0307", "0326"),
    edit("a sequence number as half-precision float", "0307", "03f94700"),
    edit("the epoch before the sequence number", "03070401", "04010307"),
    edit("t0 in year 10000", "051a6955b900", "051b0000003afff44180"),
    edit("no samples", samples, "80"),
    edit("2,001 samples", samples, `9907d1${"83000000".repeat(2001)}`),
    edit("2^32 - 1 samples", samples, `9affffffff${samples.slice(2)}`),
    edit("a sample of two items", "8300184800", "82001848"),
    edit("a heart rate of 65,536", "8300184800", "83001a0001000000"),
    edit("65,536 steps", "8300184800", "830018481a00010000"),
    edit("a sample 31 days and a second after t0", "8300184800", "831a0028de81184800"),
    edit("battery 101 %", "07821858", "07821865"),
    edit("an uptime of 2^32 s", "1a00015180", "1b0000000100000000"),
    row("part 4 of 3", `a8${payload.slice(2)}08820403`),
    row("part 0 of 3", `a8${payload.slice(2)}08820003`),
    row("part 1 of 256", `a8${payload.slice(2)}088201190100`),
    row("a key 9 instead of 8", `a8${payload.slice(2)}09820203`),
    row("nine keys", `a9${payload.slice(2)}088202030900`),
  ];
}
