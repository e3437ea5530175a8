import { ownRedis } from "../../../tools/test-servers/index.ts";

/**
 * A Redis of a test's own that can be killed and started again on what is left of its data, under the same address.
 * @param dataDir default: a folder of its own
 */
export async function killableRedis(dataDir?: string) {
  const redis = await ownRedis(dataDir === undefined ? {} : { dataDir });
  let server = redis;
  return {
    redis,
    /** Kills it, where it has not ended by itself; `meanwhile` happens, and it is started again. */
    kill: async (meanwhile: () => Promise<void> = () => Promise.resolve()): Promise<void> => {
      try {
        process.kill(server.pid, "SIGKILL");
      } catch {
        // It had ended by itself.
      }
      await server.exited;
      await server.stop();
      await meanwhile();
      const { port, dataDir: kept, url } = redis;
      server = await ownRedis({ port, dataDir: kept, password: new URL(url).password });
    },
    /** Resolves when it has ended, by whomever. */
    exited: (): Promise<void> => server.exited,
    stop: (): Promise<void> => server.stop(),
  };
}
