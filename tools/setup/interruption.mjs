import { constants } from "node:os";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
const lookMs = 500;

/** Somebody has asked the command to end before it was done. */
export class Interrupted extends Error {
  /** As a shell tells it of a program that a signal ended. */
  exitCode;

  constructor(signal) {
    super(`broken off by ${signal}`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

let asked;
const listeners = new Set();

function ask(signal) {
  asked ??= signal;
  for (const tell of [...listeners]) tell(signal);
}

/** npm that is killed cannot tell us: its absence counts as a signal. */
function watchNpm() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    ask("SIGHUP");
  }, lookMs);
  timer.unref();
}

/** From now on a signal ends no longer this process, but what it runs; then `stopIfAsked` throws. */
export function watchSignals() {
  for (const signal of signals) process.on(signal, () => ask(signal));
  watchNpm();
}

/** @throws Interrupted once somebody has asked for the end */
export function stopIfAsked() {
  if (asked !== undefined) throw new Interrupted(asked);
}

/** Has `tell` called with each signal; returns what takes that back. */
export function onSignal(tell) {
  listeners.add(tell);
  return () => listeners.delete(tell);
}
