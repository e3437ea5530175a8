import { WishBoard } from "@tapline/adapters/redis";
import { need, readSetting } from "../read-setting.ts";
import { ScalerAnswers } from "../scaler/answers.ts";
import { createScalerServer, type RunningScaler } from "../scaler/create-scaler-server.ts";
import type { Parts } from "./parts.ts";

/** Answers KEDA where a port for that is set; null where none is. Any process that balances may: it tells what is told to all. */
export async function openScaler({ config, redis, log }: Parts): Promise<RunningScaler | null> {
  const { TAPLINE_SCALER_HOST: host, TAPLINE_SCALER_PORT: port } = config;
  if (port === undefined) return null;
  const read = async (name: "TAPLINE_SCALER_CERT" | "TAPLINE_SCALER_KEY" | "TAPLINE_SCALER_CA") =>
    await readSetting(need(config[name], name, "balance with TAPLINE_SCALER_PORT"), name);
  const [cert, key, clientCa] = await Promise.all([
    read("TAPLINE_SCALER_CERT"),
    read("TAPLINE_SCALER_KEY"),
    read("TAPLINE_SCALER_CA"),
  ]);
  const answers = new ScalerAnswers(new WishBoard(redis), () => performance.now());
  const scaler = await createScalerServer(answers, { host, port, tls: { cert, key, clientCa } });
  log.info({ port: scaler.port }, "answers KEDA how many replicas services need");
  return scaler;
}
