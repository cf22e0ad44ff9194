// node kubernetes.mjs OVERLAY OBJECTS.yaml: every object that kustomize made, against the schemas of the Kubernetes API, unknown fields
// included. Then come the names by which objects refer to each other, and our promises about them.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { parseAllDocuments } from "yaml";
import { checkPromises, checkReferences } from "./kubernetes-rules.mjs";
import { Faults, provesThatItFails } from "./faults.mjs";

const [overlay, file] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const schemas = join(dirname(require.resolve("kubernetes-models")), "_schemas");

// The fields that we use of the Prometheus operator's kinds, as its API documents them.
const monitoring = {
    PodMonitor: ["selector.matchLabels.*", "podMetricsEndpoints.*.port", "podMetricsEndpoints.*.path", "podMetricsEndpoints.*.interval",
        "podMetricsEndpoints.*.relabelings.*.targetLabel", "podMetricsEndpoints.*.relabelings.*.replacement"],
    PrometheusRule: ["groups.*.name", "groups.*.interval", "groups.*.rules.*.record", "groups.*.rules.*.alert", "groups.*.rules.*.expr", "groups.*.rules.*.for",
        "groups.*.rules.*.labels.*", "groups.*.rules.*.annotations.*"],
};

const good = parseAllDocuments(readFileSync(file, "utf8")).map(document => unfolded(document.toJS()));
const faults = new Faults();
faults.list.push(...check(good));
faults.endIfAny();

const silo = objects => objects.find(o => o.kind === "Deployment" && o.metadata.name === "pos-silo");
const pod = objects => silo(objects).spec.template.spec;
const of = (objects, kind) => objects.find(o => o.kind === kind);
provesThatItFails(good, check, [
    ["unknown field /spec/template/spec/containers/0/imagePullpolicy", objects => pod(objects).containers[0].imagePullpolicy = "Always"],
    ["unknown field /spec/maxUnavailble", objects => of(objects, "PodDisruptionBudget").spec.maxUnavailble = 1],
    ["unknown field /spec/behavior/scaleDown/policies/0/periodSecond", objects => of(objects, "HorizontalPodAutoscaler").spec.behavior.scaleDown.policies[0].periodSecond = 1],
    ["/spec/template/spec/terminationGracePeriodSeconds", objects => pod(objects).terminationGracePeriodSeconds = "180"],
    ["missing /metadata/name", objects => delete of(objects, "Service").metadata.name],
    ["no such kind", objects => of(objects, "HorizontalPodAutoscaler").apiVersion = "autoscaling/v3"],
    ["selects no pod", objects => of(objects, "Service").spec.selector["app.kubernetes.io/component"] = "apis"],
    ["there is no Secret", objects => pod(objects).containers[0].envFrom[1].secretRef.name = "pos-journal"],
    ["there is no ServiceAccount", objects => of(objects, "RoleBinding").subjects[0].name = "default"],
    ["there is no Deployment", objects => of(objects, "HorizontalPodAutoscaler").spec.scaleTargetRef.name = "silo"],
    ["there is no Service", objects => of(objects, "Ingress").spec.rules[0].http.paths[0].backend.service.name = "api"],
    ["no port", objects => of(objects, "Ingress").spec.rules[0].http.paths[0].backend.service.port.name = "https"],
    ["mounts no volume", objects => pod(objects).containers[0].volumeMounts[0].name = "temp"],
    ["lies in the namespace", objects => of(objects, "Role").metadata.namespace = "default"],
    ["orleans/clusterId", objects => delete silo(objects).spec.template.metadata.labels["orleans/clusterId"]],
    ["POD_IP", objects => pod(objects).containers[0].env = pod(objects).containers[0].env.filter(e => e.name !== "POD_IP")],
    ["port 30000", objects => pod(objects).containers[0].ports = pod(objects).containers[0].ports.filter(p => p.containerPort !== 30000)],
    ["verbs", objects => of(objects, "Role").rules[0].verbs.pop()],
    ["180", objects => pod(objects).terminationGracePeriodSeconds = 30],
    ["maxUnavailable 0", objects => silo(objects).spec.strategy.rollingUpdate.maxUnavailable = 1],
    ["liveness", objects => pod(objects).containers[0].livenessProbe.httpGet.path = "/health/ready"],
    ["startupProbe", objects => delete pod(objects).containers[0].startupProbe],
    ["writes to its image", objects => pod(objects).containers[0].securityContext.readOnlyRootFilesystem = false],
    ["may run as root", objects => delete pod(objects).securityContext.runAsNonRoot],
    ["requests", objects => delete pod(objects).containers[0].resources.requests.memory],
    ["limits", objects => delete pod(objects).containers[0].resources.limits],
    ["spreads over", objects => pod(objects).topologySpreadConstraints = []],
    ["spreads nothing", objects => delete pod(objects).topologySpreadConstraints[0].labelSelector],
    ["scales down in a hurry", objects => objects.filter(o => o.kind === "HorizontalPodAutoscaler").forEach(o => delete o.spec.behavior)],
    ["no PodDisruptionBudget", objects => objects.splice(objects.findIndex(o => o.kind === "PodDisruptionBudget" && o.metadata.name === "pos-silo"), 1)],
    ["no NetworkPolicy", objects => objects.filter(o => o.kind === "NetworkPolicy").forEach(o => o.spec.podSelector = { matchLabels: { nobody: "is" } })],
    ["another cluster", objects => silo(objects).spec.template.metadata.labels["orleans/serviceId"] = "shop"],
    ["two namespaces", objects => {
        silo(objects).spec.template.metadata.labels["orleans/clusterId"] = "pos-other";
        objects.find(o => o.metadata.name === "pos-api" && o.kind === "Deployment").spec.template.spec.containers[0].env.find(e => e.name === "Orleans__ClusterId").value = "pos-other";
    }],
    ["publishes more than the API", objects => of(objects, "Ingress").spec.rules[0].http.paths[0].path = "/dashboard"],
    ["nobody charges cards", objects => pod(objects).containers[0].env.find(e => e.name === "Payments__Provider").value = "simulated"],
    ["in a temporary folder", objects => pod(objects).containers[0].env.push({ name: "Payments__Path", value: "/tmp/ledger.jsonl" })],
    ["listener of their own", objects => pod(objects).containers[0].readinessProbe.httpGet.port = "http"],
    ["no tag", objects => pod(objects).containers[0].image = "pos-silo"],
    ...(of(good, "PodMonitor") ? [
        ["unknown field podMetricsEndpoints.0.ports", objects => of(objects, "PodMonitor").spec.podMetricsEndpoints[0].ports = "probes"],
        ["unknown field groups.2.rules.0.annotation", objects => of(objects, "PrometheusRule").spec.groups[2].rules[0].annotation = "none"],
        ["no such kind", objects => of(objects, "PodMonitor").kind = "PodsMonitor"],
    ] : []),
    ["without TLS", objects => delete of(objects, "Ingress").spec.tls],
]);
console.log(`k8s/overlays/${overlay}: ${good.length} objects fit the schemas of the Kubernetes API, know each other, and keep their promises.`);

function check(objects) {
    const found = new Faults();
    objects.forEach(object => checkSchema(object, found));
    if (found.list.length === 0) {
        checkReferences(objects, found);
        checkPromises(objects, found);
    }

    return found.list;
}

/**
 * The package has no schemas but functions made from them, which say nothing of fields that they do not know. But they have to look at
 * each field that they do know: a field that was never looked at is unknown.
 */
function checkSchema(object, found) {
    const where = `${object.kind} ${object.metadata?.name}`;
    if (object.apiVersion === "monitoring.coreos.com/v1") {
        checkMonitoring(object, where, found);
        return;
    }

    const path = join(schemas, `${schemaName(object)}.js`);
    if (!existsSync(path)) {
        found.list.push(`${where}: no such kind in ${object.apiVersion}`);
        return;
    }

    const { validate } = require(path);
    const looks = new Map();
    if (!validate(watched(object, looks))) {
        const missing = error => error.keyword === "required" ? `missing ${error.instancePath}/${error.params.missingProperty}` : `${error.instancePath} ${error.message ?? error.keyword}`;
        validate.errors.forEach(error => found.list.push(`${where}: ${missing(error)} ${JSON.stringify(error.params)}`));
    }

    unseen(object, looks, "", field => found.list.push(`${where}: unknown field ${field}`));
    found.unless(object.metadata?.name, where, "missing /metadata/name");
}

function checkMonitoring(object, where, found) {
    // A label's name has dots of its own, so a star at the end stands for everything behind it.
    const pattern = path => new RegExp(`^${path.split(".").map((part, i, all) => part !== "*" ? part : i === all.length - 1 ? ".+" : "[^.]+").join("\\.")}$`);
    const known = (monitoring[object.kind] ?? []).map(pattern);
    found.unless(known.length > 0, where, `no such kind in ${object.apiVersion}`);
    const walk = (value, path) => value !== null && typeof value === "object"
        ? Object.entries(value).forEach(([key, child]) => walk(child, path ? `${path}.${key}` : key))
        : found.unless(known.some(one => one.test(path)), where, `unknown field ${path}`);
    walk(object.spec, "");
}

/** A new kustomize breaks a secret's base64 into lines. Kubernetes reads over that, the schema does not. */
function unfolded(object) {
    for (const key of Object.keys(object.kind === "Secret" ? object.data : {})) {
        object.data[key] = object.data[key].replaceAll("\n", "");
    }

    return object;
}

function schemaName({ apiVersion, kind }) {
    const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["core", apiVersion];
    const capital = word => word[0].toUpperCase() + word.slice(1);
    return `IoK8sApi${capital(group.split(".")[0])}${capital(version)}${kind}`;
}

function watched(value, looks) {
    if (value === null || typeof value !== "object") {
        return value;
    }

    const seen = new Set();
    looks.set(value, seen);
    const children = new Map();
    return new Proxy(value, {
        get(target, key) {
            seen.add(key);
            if (!children.has(key)) {
                children.set(key, watched(target[key], looks));
            }

            return children.get(key);
        },
    });
}

function unseen(value, looks, path, report) {
    if (value === null || typeof value !== "object") {
        return;
    }

    for (const key of Object.keys(value)) {
        if (looks.get(value)?.has(key)) {
            unseen(value[key], looks, `${path}/${key}`, report);
        } else {
            report(`${path}/${key}`);
        }
    }
}
