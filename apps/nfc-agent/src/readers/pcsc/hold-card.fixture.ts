/** Another program: connects to the card in the named reader for itself alone, and keeps it until it is killed. */
import { NFC } from "nfc-pcsc";

const nfc = new NFC();
nfc.on("error", () => undefined);
nfc.on("reader", (reader) => {
  const { reader: native } = reader;
  native.removeAllListeners("status");
  if (reader.name !== process.argv[2]) return;
  const options = { share_mode: 1, protocol: native.SCARD_PROTOCOL_T0 | native.SCARD_PROTOCOL_T1 };
  native.on("status", () => {
    native.connect(options, (error) => process.send?.(error ? String(error) : "held"));
  });
});
