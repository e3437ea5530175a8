export { openSimulatedReaders, type SimulatedOptions } from "./open-readers.ts";
export { cannotWrite, createTrackersFile } from "./trackers-file.ts";
