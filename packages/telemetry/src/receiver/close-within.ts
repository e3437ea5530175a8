/** How long the end waits for what is not sent yet, ms. */
const closeWithinMs = 1_000;

/** Waits for the last to be sent, no longer than 1 s; whether it was makes no difference. */
export async function closeWithin(shutdown: Promise<unknown>): Promise<void> {
  const late = new Promise<void>((resolve) => void setTimeout(resolve, closeWithinMs).unref());
  await Promise.race([shutdown.catch(() => undefined), late]);
}
