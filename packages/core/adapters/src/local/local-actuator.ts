import { TaplineError } from "@tapline/core/kernel";
import {
  type ActRequest,
  type Actuator,
  actAnswerSchema,
  actRefusalSchema,
  actRefused,
  type HaltRequest,
  type Landscape,
  landscapeSchema,
} from "@tapline/core/noops";
import { askSocket, type SocketAnswer } from "./ask-socket.ts";
import { watchSocket } from "./watch-socket.ts";

/** The supervisor of `npm start`, asked by the socket at `path`. */
export function localActuator(path: string): Actuator {
  return {
    look: async (signal) => landscapeOf(await askSocket(path, { target: "GET /v1/landscape", signal })),
    watch: (onChange, onTrouble) => watchSocket(path, onChange, onTrouble),
    act: async (act, { fence, revision, reason, signal }) => {
      const body: ActRequest = { act, fence, reason, ...(revision === undefined ? {} : { revision }) };
      const answer = await askSocket(path, { target: "POST /v1/acts", body, signal });
      if (answer.status === 200) return actAnswerSchema.parse(answer.body);
      throw refusalIn(answer);
    },
    halt: async ({ fence, reason, signal }) => {
      const body: HaltRequest = { fence, reason };
      const answer = await askSocket(path, { target: "POST /v1/halts", body, signal });
      if (answer.status !== 200) throw refusalIn(answer);
    },
  };
}

function landscapeOf(answer: SocketAnswer): Landscape {
  if (answer.status !== 200) throw refusalIn(answer);
  return landscapeSchema.parse(answer.body);
}

function refusalIn({ status, body }: SocketAnswer): Error {
  const { refusal, message, remedy } = actRefusalSchema.parse(body);
  const options = remedy === null ? {} : { remedy };
  if (refusal !== null) return actRefused(refusal, message, options);
  return new TaplineError(status === 400 ? "invalid-input" : "unavailable", message, options);
}
