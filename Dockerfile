# The server as an image: see docs/operate.md. The tag names one release of Node; for the very bytes, add their digest:
#   docker build --build-arg NODE_IMAGE=node:24.21.0-bookworm-slim@sha256:… -t llm-blender .
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/build.ts scripts/build-page.ts scripts/
COPY src src
COPY page page
RUN node scripts/build.ts

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /opt/llm-blender
COPY package.json package-lock.json .npmrc ./
COPY scripts/production-package.ts scripts/
# The two native packages and those of workers are dependencies here, in the versions of the lock file, and without builds for other machines.
RUN node scripts/production-package.ts \
  && npm install --omit=dev --ignore-scripts --no-audit --no-fund \
  && node scripts/production-package.ts --prune \
  && rm -r scripts

# The embedded model is in the image, so that a container needs no network but that of its providers.
FROM dependencies AS weights
ENV LLM_BLENDER_CACHE=/weights
COPY --from=build /build/dist dist
COPY models models
RUN node dist/cli/entry.cjs models fetch smollm2-135m-instruct

FROM ${NODE_IMAGE}
ENV NODE_ENV=production \
    LLM_BLENDER_DATA=/data \
    LLM_BLENDER_CACHE=/data/cache \
    LLM_BLENDER_MODELS=/opt/llm-blender/weights
WORKDIR /opt/llm-blender
COPY LICENSE NOTICE ./
COPY models models
COPY --from=weights /weights/*.gguf weights/
COPY --from=dependencies /opt/llm-blender ./
COPY --from=build /build/dist dist
# The user `node` of the image, by its number, so that it is known not to be root.
RUN mkdir -p /data && chown 1000:1000 /data
USER 1000:1000
# A configuration in the volume is found, since commands run there.
WORKDIR /data
VOLUME /data
EXPOSE 8787
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8787/health').then((response) => process.exit(response.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/opt/llm-blender/dist/cli/entry.cjs"]
CMD ["serve", "--host", "0.0.0.0"]
