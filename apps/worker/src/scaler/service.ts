import type { ServiceDefinition } from "@grpc/grpc-js";
import {
  ExternalScalerDefinition,
  GetMetricSpecResponse,
  GetMetricsRequest,
  GetMetricsResponse,
  IsActiveResponse,
  ScaledObjectRef,
} from "@tapline/core/balance";

type Codec<Message> = {
  readonly encode: (message: Message) => { finish: () => Uint8Array };
  readonly decode: (bytes: Uint8Array) => Message;
};

type Method = keyof typeof ExternalScalerDefinition.methods;

function form<Request, Response>(method: Method, request: Codec<Request>, response: Codec<Response>) {
  const { name, requestStream, responseStream } = ExternalScalerDefinition.methods[method];
  return {
    path: `/${ExternalScalerDefinition.fullName}/${name}`,
    ...{ requestStream, responseStream },
    requestSerialize: (message: Request): Buffer => Buffer.from(request.encode(message).finish()),
    requestDeserialize: (bytes: Buffer): Request => request.decode(bytes),
    responseSerialize: (message: Response): Buffer => Buffer.from(response.encode(message).finish()),
    responseDeserialize: (bytes: Buffer): Response => response.decode(bytes),
  };
}

/** KEDA's service `ExternalScaler`, in the form that grpc-js takes. */
export const scalerService = {
  isActive: form("isActive", ScaledObjectRef, IsActiveResponse),
  streamIsActive: form("streamIsActive", ScaledObjectRef, IsActiveResponse),
  getMetricSpec: form("getMetricSpec", ScaledObjectRef, GetMetricSpecResponse),
  getMetrics: form("getMetrics", GetMetricsRequest, GetMetricsResponse),
} satisfies ServiceDefinition;
