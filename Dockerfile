# The worker and the command line of meshlift. Debian, since the Temporal SDK's native part needs
# glibc; its util-linux brings `setpriv`, by which istioctl ends with its worker.
FROM node:24.21.0-bookworm-slim AS base
WORKDIR /app

FROM base AS build
COPY . .
RUN npm run build

FROM base AS dependencies
COPY package.json package-lock.json ./
# The SDK ships its native part for five platforms; this image needs those of Linux.
RUN npm ci --omit=dev --no-audit --no-fund \
  && rm -rf node_modules/@temporalio/core-bridge/releases/*-apple-* \
    node_modules/@temporalio/core-bridge/releases/*-windows-*

# Some 70 MB less, for a little more work of the garbage collector: small new spaces, and two arenas for
# the many threads of the Temporal SDK's native part.
FROM base
ENV NODE_ENV=production \
  NODE_OPTIONS=--max-semi-space-size=2 \
  MALLOC_ARENA_MAX=2 \
  MESHLIFT_CONFIG=/etc/meshlift/meshlift.yaml \
  MESHLIFT_WORKFLOW_BUNDLE=/app/dist/workflow-bundle.js \
  MESHLIFT_METRICS=127.0.0.1:9464
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE ./
COPY bin bin
COPY deploy/health-check.mjs deploy/health-check.mjs
USER node
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["node", "deploy/health-check.mjs"]
# Without a shell or npm in between, so that signals reach the worker.
ENTRYPOINT ["node", "bin/meshlift.mjs"]
CMD ["worker"]
