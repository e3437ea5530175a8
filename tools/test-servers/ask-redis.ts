import { connect } from "node:net";

/** One command to a Redis or a sentinel over a connection of its own; its answer as it came. */
export function askRedis(port: number, password: string, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.on("error", reject);
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
      // Sentinels know no QUIT.
      if (answer.endsWith("+PONG\r\n")) socket.destroy();
    });
    socket.on("close", () => {
      const fault = /^-(?!.*already busy).*$/m.exec(answer);
      if (fault === null) resolve(answer);
      else reject(new Error(`Redis says to ${command}: ${fault[0]}`));
    });
    socket.write(`AUTH ${password}\r\n${command}\r\nPING\r\n`);
  });
}
