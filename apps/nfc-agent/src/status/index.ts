export { type CertificateFacts, certificateFacts } from "./certificate-facts.ts";
export { ReaderBoard } from "./reader-board.ts";
export {
  type ReaderView,
  readerSchema,
  type Status,
  statusSchema,
  type Trouble,
  troubleSchema,
} from "./schema.ts";
export { type LinkView, StatusSource } from "./status-source.ts";
