import type { Server } from "node:http";
import { TaplineError } from "@tapline/core/kernel";

/** Listens, and says which port it got; throws `misconfigured` where the address cannot be had. */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(
        new TaplineError(
          "misconfigured",
          `the console cannot listen on ${host}:${port}: ${error.code ?? error}`,
          {
            remedy: "free the port, or set TAPLINE_WEB_PORT to another one (0 = any free port)",
            cause: error,
          },
        ),
      );
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}
