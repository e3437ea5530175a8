import type { FaultWatch } from "./fault-points.ts";

export type InstrumentOptions = {
  /** Methods that answer with a promise without being declared `async`. */
  readonly promising?: readonly string[];
  /** What a call is about, as a part of its points' names; null where that is the method alone. */
  readonly detailOf?: (method: string, args: readonly unknown[]) => string | null;
};

/** Puts fault points around the asynchronous methods of a port, or hands the port back as it is. */
export type Instrument = <Port extends object>(word: string, port: Port, options?: InstrumentOptions) => Port;

/** Where fault points are off: the port itself. */
export const asItIs: Instrument = (_word, port) => port;

type Method = (...args: unknown[]) => unknown;
const AsyncFunction = (async () => undefined).constructor;

/**
 * Fault points `before:<word>.<method>` and `after:<word>.<method>`, with `#<detail>` where there is one. A point after
 * is passed where the call succeeded: its effect is there, and its caller does not know yet.
 */
export function instrumentWith(watch: FaultWatch): Instrument {
  return (word, port, { promising = [], detailOf = () => null } = {}) => {
    const isAsked = (method: string, value: unknown): value is Method =>
      value instanceof AsyncFunction || (typeof value === "function" && promising.includes(method));
    for (const method of methodsOf(port)) {
      const value: unknown = Reflect.get(port, method, port);
      if (!isAsked(method, value)) continue;
      watch.know(`before:${word}.${method}`);
      watch.know(`after:${word}.${method}`);
    }
    return new Proxy(port, {
      get: (target, key) => {
        // The target stands for `this`: private fields are its own.
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== "function" || typeof key !== "string") return value;
        if (!isAsked(key, value)) return value.bind(target);
        return async (...args: unknown[]) => {
          const detail = detailOf(key, args);
          const name = detail === null ? `${word}.${key}` : `${word}.${key}#${detail}`;
          await watch.pass(`before:${name}`);
          const result = await value.apply(target, args);
          await watch.pass(`after:${name}`);
          return result;
        };
      },
    });
  };
}

function methodsOf(port: object): string[] {
  const names = new Set<string>(Object.keys(port));
  for (let at = Object.getPrototypeOf(port); at !== null && at !== Object.prototype; ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at)))
      if (typeof value === "function" && name !== "constructor") names.add(name);
    at = Object.getPrototypeOf(at);
  }
  return [...names];
}
