import { LineWriter } from "../../../packages/core/src/transfer/line-writer.ts";

// Loaded before a worker's program: a version that writes wrong numbers into what is archived.
const uint = LineWriter.prototype.uint;
LineWriter.prototype.uint = function (value: number) {
  return uint.call(this, value ^ 1);
};
