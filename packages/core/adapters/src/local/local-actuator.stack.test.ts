import { ownVersion } from "../../../../../tools/local-stack/supervisor/find-program.ts";
import { startTestWorkers } from "../../../../../tools/local-stack/supervisor/workers.fixture.ts";
import { actuatorContract } from "../../../contracts/actuator.ts";
import { localActuator } from "./local-actuator.ts";

actuatorContract("the supervisor of npm start", async () => {
  const started = await startTestWorkers();
  return {
    actuator: localActuator(started.socket),
    ...{ service: "validation", shared: "ingest", version: ownVersion() },
    kill: async (replica) => started.kill(replica),
    close: started.close,
  };
});
