/** What `asked` resolves to, or null where it fails or takes longer than 1 s: whoever scrapes does not wait for what is away. */
export async function answered<Value>(asked: Promise<Value>): Promise<Value | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), answerWithinMs);
  });
  const value = await Promise.race([asked.catch(() => null), late]);
  clearTimeout(timer);
  return value;
}

const answerWithinMs = 1_000;
