import { createBullBoard } from "@bull-board/api";
import { BullMQAdapter } from "@bull-board/api/bullMQAdapter";
import { FastifyAdapter } from "@bull-board/fastify";
import { Queue } from "bullmq";
import fastify from "fastify";

/** The queue that it shows, by which one knows that it stands. */
export const shownQueue = "segments-of-a-bench";

/** bull-board as it is set up by its own page of instructions, with one queue of a few jobs. */
export async function startBullBoard(
  redisUrl: string,
): Promise<{ readonly origin: string; readonly stop: () => Promise<void> }> {
  const queue = new Queue(shownQueue, { connection: { url: redisUrl } });
  await queue.addBulk(Array.from({ length: 20 }, (_, n) => ({ name: "segment", data: { n } })));
  const server = fastify();
  const adapter = new FastifyAdapter();
  createBullBoard({ queues: [new BullMQAdapter(queue)], serverAdapter: adapter });
  await server.register(adapter.registerPlugin());
  const origin = await server.listen({ host: "127.0.0.1", port: 0 });
  return {
    origin,
    stop: async () => {
      await server.close();
      await queue.close();
    },
  };
}
