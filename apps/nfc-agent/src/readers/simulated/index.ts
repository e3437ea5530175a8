export { SimulatedField } from "./field.ts";
export { Pace, simulatedReaders } from "./readers.ts";
export { cannotWrite, createTrackersFile, readTrackersFile } from "./trackers-file.ts";
