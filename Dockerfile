# syntax=docker/dockerfile:1

# cgo is on: libsecp256k1 recovers signatures several times faster than the
# pure Go code, and recovery is a third of a busy node's work. The program is
# linked statically, so that the image needs nothing else; netgo and osusergo
# replace what of glibc loads libraries at run time. Paths and timestamps stay
# out of it: the same sources and arguments give the same bytes.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=unknown
ARG COMMIT=unknown
ARG DATE=unknown
RUN --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=1 go build -trimpath -buildvcs=false -tags netgo,osusergo \
      -ldflags "-s -w -linkmode external -extldflags -static -X main.version=$VERSION -X main.commit=$COMMIT -X main.date=$DATE" \
      -o /out/root/usr/local/bin/monolith ./cmd/node \
 && mkdir -p /out/data /out/root/etc \
 && mkdir -m 1777 /out/root/tmp \
 && echo 'monolith:x:10001:10001:Monolith:/data:/sbin/nologin' >/out/root/etc/passwd \
 && echo 'monolith:x:10001:' >/out/root/etc/group \
 && printf '127.0.0.1 localhost\n::1 localhost\n' >/out/root/etc/hosts

# Nothing but the program: no shell, no libraries, no package manager, so that
# there is nothing else to update or to break out with. `docker exec NAME
# monolith ...` runs its commands. The root file system may be read-only: /tmp is
# for chains in memory alone (--datadir ""), which then need a tmpfs there.
FROM scratch
COPY --from=build /out/root/ /
COPY LICENSE NOTICE /usr/share/doc/monolith/

# A fixed id, so that a bind-mounted data directory can be prepared with
# `chown 10001:10001`. A numeric USER lets Kubernetes check runAsNonRoot.
COPY --from=build --chown=10001:10001 /out/data /data
USER 10001:10001

# Inside a container 127.0.0.1 is the container alone, so RPC and metrics listen
# on all its addresses; what of it is reachable is decided by `docker run -p` or
# the network policy. They are environment defaults: a flag still overrides.
# JSON-RPC answers requests for "localhost" and for bare IP addresses; to reach
# it as http://NAME:8545 add -e MONOLITH_HTTP_VHOSTS=localhost,NAME.
ENV PATH=/usr/local/bin \
    MONOLITH_DATADIR=/data \
    MONOLITH_HTTP_ADDR=0.0.0.0 \
    MONOLITH_METRICS_ADDR=0.0.0.0:6060
VOLUME /data
EXPOSE 8545 6060 30303/tcp 30303/udp 30304/udp

# SIGTERM stops the services in order; the node is process 1 and needs no init:
# it has no children. Give `docker stop -t 120` to a busy node: after the default
# 10 s the engine kills it, which loses no block but costs a short re-execution
# at the next start.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["monolith", "health"]
ENTRYPOINT ["monolith"]

# Last, so that a new commit's labels leave the layers above as they are.
ARG VERSION=unknown
ARG COMMIT=unknown
ARG DATE=unknown
LABEL org.opencontainers.image.title="monolith" \
      org.opencontainers.image.description="EVM-compatible proof-of-work node in one binary" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$COMMIT" \
      org.opencontainers.image.created="$DATE"
