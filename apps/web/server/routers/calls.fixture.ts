/** What a procedure answered. */
export interface Answered<Data> {
  status: number;
  data: Data | undefined;
  /** Why it was refused; "null" where it was not. */
  said: string;
}

/** Calls procedures as a browser of `origin` with this cookie does. */
export function callsOf(origin: string, cookie: string) {
  const read = async <Data>(response: Response): Promise<Answered<Data>> => {
    const body = (await response.json()) as { result?: { data: Data }; error?: { message: string } };
    return { status: response.status, data: body.result?.data, said: JSON.stringify(body.error ?? null) };
  };
  const headers = { cookie, origin, "content-type": "application/json" };
  return {
    query: async <Data>(procedure: string, input?: unknown) => {
      const query = input === undefined ? "" : `?input=${encodeURIComponent(JSON.stringify(input))}`;
      return read<Data>(await fetch(`${origin}/api/trpc/${procedure}${query}`, { headers }));
    },
    mutate: async <Data>(procedure: string, input: unknown) => {
      const sent = { method: "POST", headers, body: JSON.stringify(input) };
      return read<Data>(await fetch(`${origin}/api/trpc/${procedure}`, sent));
    },
  };
}
