import { type Redis, SentinelConnector } from "ioredis";

type Connect = SentinelConnector["connect"];

/** How ioredis 6.0 finds a master by sentinels, without two faults of its own. */
export class SteadySentinels extends SentinelConnector {
  constructor(options: unknown) {
    super(options as ConstructorParameters<typeof SentinelConnector>[0]);
    // It prints what fails between it and a sentinel past our log, where nobody listens, and gives nobody a way to. Where no sentinel
    // answers the connection itself says so.
    const ask = (Reflect.get(this, "connectToSentinel") as (...of: unknown[]) => Redis).bind(this);
    const heard = (...of: unknown[]): Redis => ask(...of).on("error", () => undefined);
    Reflect.set(this, "connectToSentinel", heard);
  }

  /**
   * Whoever connects anew needs not be told of a failover any more. The sentinels that were heard before would break off this very attempt,
   * and a connection whose attempt was broken off ends for good.
   */
  override connect(...of: Parameters<Connect>): ReturnType<Connect> {
    (Reflect.get(this, "failoverDetector") as { cleanup: () => void } | null)?.cleanup();
    return super.connect(...of);
  }
}
