import { readFile } from "node:fs/promises";
import { IngestLedger } from "./ingest-ledger.fixture.ts";
import { IngestServer, type Pki } from "./ingest-server.fixture.ts";
import { StreamServer } from "./stream-server.fixture.ts";

/**
 * The test server as a process of its own, at a place that only that process can be reached at.
 * Arguments: file of the certificates, address. Tells its parent `ready` with its URLs; asked anything, what it has taken.
 */
const [pkiFile = "", host = "127.0.0.1"] = process.argv.slice(2);
const pki = JSON.parse(await readFile(pkiFile, "utf8")) as Pki;
const ledger = new IngestLedger();
const rest = new IngestServer(pki, ledger);
const stream = new StreamServer(pki, ledger);
const [restUrl, streamUrl] = [await rest.listen(0, host), await stream.listen(0, host)];
process.send?.({ type: "ready", restUrl, streamUrl });
process.on("message", () => {
  const { order, disorder, conflicts } = ledger;
  const numbers = new Set(order);
  const holes = Array.from({ length: Math.max(0, ...order) }, (_, index) => index + 1).filter(
    (seq) => !numbers.has(seq),
  );
  process.send?.({
    type: "taken",
    taps: numbers.size,
    disorder,
    conflicts,
    holes,
    streams: stream.sessions.length,
  });
});
process.on("disconnect", () => process.exit(0));
