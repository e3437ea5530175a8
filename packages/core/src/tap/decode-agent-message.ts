import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { AgentMessage } from "./generated/tapline/ingest/v1/ingest.ts";
import { maxTapsPerRequest } from "./wire.ts";

/** Field numbers of `AgentMessage.taps` and `Taps.taps`. */
const tapsField = 2;

const nothing: AgentMessage = { message: undefined };

const sizes = new WeakMap<AgentMessage, number>();

/** How many bytes a message had that `decodeAgentMessage` gave: also those that it passed over. */
export function agentMessageBytes(message: AgentMessage): number {
  return sizes.get(message) ?? 0;
}

/**
 * Decodes a message of an agent's stream; one without content where the bytes are none. A message with more taps than one
 * may hold is not decoded: two mebibytes of empty taps would become a million objects.
 */
export function decodeAgentMessage(bytes: Uint8Array): AgentMessage {
  try {
    if (countTaps(bytes) > maxTapsPerRequest) return nothing;
    const message = AgentMessage.decode(bytes);
    sizes.set(message, bytes.length);
    return message;
  } catch {
    return nothing;
  }
}

/** Taps in the message, counted without decoding them. */
function countTaps(bytes: Uint8Array): number {
  let taps = 0;
  forEachField(new BinaryReader(bytes), bytes.length, (reader) => {
    const end = reader.uint32() + reader.pos;
    forEachField(reader, end, (inner) => {
      taps++;
      inner.bytes();
    });
  });
  return taps;
}

/** Calls `onTaps` for each length-delimited field 2 up to `end`, and skips all others. */
function forEachField(reader: BinaryReader, end: number, onTaps: (reader: BinaryReader) => void): void {
  while (reader.pos < end) {
    const [field, type] = reader.tag();
    if (field === tapsField && type === WireType.LengthDelimited) onTaps(reader);
    else reader.skip(type, field);
  }
}
