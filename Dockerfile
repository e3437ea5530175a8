# syntax=docker/dockerfile:1
# One image for all processes of Tapline: ROLE says which one it is (docs/cluster.md).
# The base is named by digest, so that the same commit makes the same image; whoever builds gives both, as
#   docker build --build-arg NODE_DIGEST=sha256:… --build-arg RUNTIME_DIGEST=sha256:… -t tapline:0.1.0 .
# NODE_DIGEST:    of node:24-bookworm-slim           (docker buildx imagetools inspect node:24-bookworm-slim)
# RUNTIME_DIGEST: of gcr.io/distroless/nodejs24-debian12:nonroot
# A digest has no default: one that was written down here would grow old unnoticed, and with it what it holds.
ARG NODE_DIGEST
ARG RUNTIME_DIGEST

FROM node@${NODE_DIGEST} AS build
WORKDIR /src
# Packages first: they change less often than sources.
COPY package.json package-lock.json ./
COPY apps/nfc-agent/package.json apps/nfc-agent/package.json
COPY apps/web/package.json apps/web/package.json
COPY apps/witness/package.json apps/witness/package.json
COPY apps/worker/package.json apps/worker/package.json
COPY bench/package.json bench/package.json
COPY packages/core/package.json packages/core/package.json
COPY packages/core/adapters/package.json packages/core/adapters/package.json
COPY packages/telemetry/package.json packages/telemetry/package.json
COPY tools/package.json tools/package.json
# No script of a package runs: what they would build, the agent's reader and a PostgreSQL for tests, is not in the image.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN node_modules/.bin/turbo run generate build --output-logs=errors-only --no-update-notifier \
  && node tools/image/main.ts --out /tree

FROM gcr.io/distroless/nodejs24-debian12@${RUNTIME_DIGEST}
WORKDIR /app
# Owned by root, and writable by nobody who runs it; it runs from a read-only root file system, with /tmp for scratch.
COPY --from=build --chown=0:0 /tree /app
ENV NODE_ENV=production NODE_COMPILE_CACHE=/tmp/node-compile-cache
USER 65532:65532
# Metrics are told to loopback alone, by the same ports as health (TAPLINE_HEALTH_PORT).
EXPOSE 7443 7444 7445 8080 9464
ENTRYPOINT ["/nodejs/bin/node", "--enable-source-maps", "tools/image/program/start.ts"]
