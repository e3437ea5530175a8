export type { PcscReadersOptions } from "./options.ts";
export { pcscReaders } from "./pcsc-readers.ts";
export { pcscItself } from "./reader-book.ts";
