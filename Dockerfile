# syntax=docker/dockerfile:1
# docker build --target silo .
# Targets: silo (with the API in it, or without), api (a client of the silos), pos (the command line), certificate.
ARG DOTNET=10.0

FROM mcr.microsoft.com/dotnet/sdk:${DOTNET} AS source
WORKDIR /source
ENV DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
COPY . .

# All builds stand before the first program, and share one cache of packages.
FROM source AS silo-build
RUN --mount=type=cache,target=/root/.nuget/packages,sharing=locked \
    dotnet publish src/Silo -c Release -p:UseAppHost=false -o /app

FROM source AS api-build
RUN --mount=type=cache,target=/root/.nuget/packages,sharing=locked \
    dotnet publish src/Api -c Release -p:UseAppHost=false -o /app

FROM source AS pos-build
RUN --mount=type=cache,target=/root/.nuget/packages,sharing=locked \
    dotnet publish src/Cli -c Release -p:UseAppHost=false -o /app

# The user writes only to /data and /tmp, so the root file system may be mounted read-only.
FROM mcr.microsoft.com/dotnet/aspnet:${DOTNET} AS runtime
RUN apt-get update \
    && apt-get install -y --no-install-recommends curl \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o ${APP_UID} -g ${APP_UID} /data
# Probes have a listener and connections of their own.
ENV Urls=http://+:8080 \
    Api__ProbesUrl=http://+:8081 \
    Journal__Path=/data \
    Logging__Console__FormatterName=json-line \
    DOTNET_gcServer=1
WORKDIR /data
USER ${APP_UID}

FROM runtime AS silo
COPY --from=silo-build /app /app
EXPOSE 8080 11111 30000
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=12 CMD ["curl", "-fsS", "-o", "/dev/null", "http://localhost:8081/health/ready"]
ENTRYPOINT ["dotnet", "/app/Pos.Silo.dll"]

FROM runtime AS api
COPY --from=api-build /app /app
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=12 CMD ["curl", "-fsS", "-o", "/dev/null", "http://localhost:8081/health/ready"]
ENTRYPOINT ["dotnet", "/app/Pos.Api.dll"]

FROM runtime AS pos
COPY --from=pos-build /app /app
ENTRYPOINT ["dotnet", "/app/pos.dll"]

# Makes nginx's certificate as nginx's user, unless another certificate is given.
FROM mcr.microsoft.com/dotnet/aspnet:${DOTNET} AS certificate
RUN apt-get update \
    && apt-get install -y --no-install-recommends openssl \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o 101 -g 101 /certificates
COPY deploy/nginx/certificate.sh /certificate.sh
USER 101
ENTRYPOINT ["sh", "/certificate.sh", "/certificates"]
