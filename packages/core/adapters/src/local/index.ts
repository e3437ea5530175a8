export { localActuator } from "./local-actuator.ts";
