// Rules that a schema cannot express: every name names something, and the objects keep the promises of docs/operations.md.

const name = "app.kubernetes.io/name";
const component = "app.kubernetes.io/component";
const templates = objects => objects.filter(o => o.kind === "Deployment" || o.kind === "StatefulSet");
const matches = (selector, labels) => Object.entries(selector?.matchLabels ?? selector ?? {}).every(([key, value]) => labels?.[key] === value);

/** Whatever names another object has to name one that is there. */
export function checkReferences(objects, found) {
    const has = (kind, name, where) => found.unless(objects.some(o => o.kind === kind && o.metadata.name === name), where, `there is no ${kind} ${name}`);
    const namespace = objects.find(o => o.kind === "Namespace").metadata.name;
    const selectsAPod = (selector, where) => found.unless(
        templates(objects).some(o => matches(selector, o.spec.template.metadata.labels)), where, "selects no pod");
    for (const object of objects) {
        const where = `${object.kind} ${object.metadata.name}`;
        found.unless(object.kind === "Namespace" || object.metadata.namespace === namespace, where, `lies in the namespace ${object.metadata.namespace}, not in ${namespace}`);
        switch (object.kind) {
            case "Service":
            case "PodDisruptionBudget":
                selectsAPod(object.spec.selector, where);
                break;
            case "HorizontalPodAutoscaler":
                has(object.spec.scaleTargetRef.kind, object.spec.scaleTargetRef.name, where);
                found.unless(!objects.find(o => o.metadata.name === object.spec.scaleTargetRef.name)?.spec?.replicas, where, "and its target both say how many");
                break;
            case "RoleBinding":
                has(object.roleRef.kind, object.roleRef.name, where);
                for (const subject of object.subjects) {
                    has(subject.kind, subject.name, where);
                    found.unless(subject.namespace === namespace, where, `binds an account of the namespace ${subject.namespace}`);
                }

                break;
            case "Ingress":
                object.spec.rules.flatMap(rule => rule.http.paths).forEach(({ backend: { service } }) => {
                    has("Service", service.name, where);
                    const ports = objects.find(o => o.kind === "Service" && o.metadata.name === service.name)?.spec.ports ?? [];
                    found.unless(ports.some(port => port.name === service.port.name), where, `no port ${service.port.name} in ${service.name}`);
                });
                break;
            case "Deployment":
            case "StatefulSet":
                checkPod(object, has, where, found);
                break;
        }
    }
}

function checkPod(object, has, where, found) {
    const { metadata, spec } = object.spec.template;
    found.unless(matches(object.spec.selector, metadata.labels), where, "its selector selects none of its own pods");
    if (spec.serviceAccountName) {
        has("ServiceAccount", spec.serviceAccountName, where);
    }

    const volumes = [...(spec.volumes ?? []), ...(object.spec.volumeClaimTemplates ?? []).map(claim => claim.metadata)].map(volume => volume.name);
    for (const container of spec.containers) {
        for (const source of container.envFrom ?? []) {
            has(source.configMapRef ? "ConfigMap" : "Secret", (source.configMapRef ?? source.secretRef).name, where);
        }

        for (const mount of container.volumeMounts ?? []) {
            found.unless(volumes.includes(mount.name), where, `mounts no volume: ${mount.name}`);
        }

        for (const probe of [container.startupProbe, container.readinessProbe, container.livenessProbe]) {
            const port = (probe?.httpGet ?? probe?.tcpSocket)?.port;
            found.unless(port === undefined || container.ports.some(p => p.name === port), where, `probes no port: ${port}`);
        }
    }

    for (const constraint of spec.topologySpreadConstraints ?? []) {
        found.unless(
            constraint.labelSelector && matches(constraint.labelSelector, metadata.labels), where, `spreads nothing over ${constraint.topologyKey}`);
    }
}

/** What an operator is told to rely on. */
export function checkPromises(objects, found) {
    for (const object of templates(objects)) {
        const where = `${object.kind} ${object.metadata.name}`;
        const { spec } = object.spec.template;
        found.unless(spec.securityContext?.runAsNonRoot === true, where, "may run as root");
        for (const container of spec.containers) {
            found.unless(container.securityContext?.readOnlyRootFilesystem === true, where, "writes to its image");
            found.unless(container.securityContext?.allowPrivilegeEscalation === false, where, "may gain privileges");
            found.unless(container.securityContext?.capabilities?.drop?.includes("ALL"), where, "keeps capabilities");
            found.unless(container.resources?.requests?.cpu && container.resources.requests.memory, where, "has no requests");
            found.unless(container.resources?.limits?.memory, where, "has no limits");
            found.unless(/[^/]*[:@][^/]*$/.test(container.image), where, `its image has no tag: ${container.image}`);
            found.unless(container.readinessProbe && container.livenessProbe, where, "has not both probes");
        }

        const guarded = objects.some(o => o.kind === "NetworkPolicy" && matches(o.spec.podSelector, object.spec.template.metadata.labels) && o.spec.policyTypes.includes("Ingress"));
        found.unless(guarded, where, "no NetworkPolicy guards it");
    }

    for (const of of ["silo", "api"]) {
        checkOurs(objects, of, found);
    }

    checkSilo(objects, found);
    found.unless(objects.filter(o => o.kind === "Ingress").every(o => o.spec.tls?.length > 0), "Ingress", "lets clients in without TLS");
    const paths = objects.filter(o => o.kind === "Ingress").flatMap(o => o.spec.rules).flatMap(rule => rule.http.paths).map(({ path }) => path);
    found.unless(paths.every(path => ["/api", "/problems"].includes(path)), "Ingress", `publishes more than the API: ${paths.join(", ")}`);
}

function checkOurs(objects, which, found) {
    const deployment = objects.find(o => o.kind === "Deployment" && o.metadata.labels?.[component] === which);
    if (!deployment) {
        found.list.push(`Deployment of ${which}: there is none`);
        return;
    }

    const where = `Deployment ${deployment.metadata.name}`;
    const { metadata, spec } = deployment.spec.template;
    found.unless(metadata.labels[name] === "pos", where, "its pods are not named pos");
    const { maxUnavailable, maxSurge } = deployment.spec.strategy.rollingUpdate;
    found.unless(maxUnavailable === 0 && maxSurge === 1, where, "is not rolled with maxUnavailable 0 and maxSurge 1");
    const [container] = spec.containers;
    found.unless(container.startupProbe, where, "has no startupProbe");
    found.unless(container.livenessProbe.httpGet?.path === "/health/live", where, "its liveness asks for more than the process itself");
    found.unless(container.readinessProbe.httpGet?.path === "/health/ready", where, "its readiness does not ask whether it serves");
    found.unless(container.ports.some(port => port.containerPort === 8080), where, "has no port 8080");
    const probes = [container.startupProbe, container.livenessProbe, container.readinessProbe].map(probe => probe?.httpGet?.port);
    const url = container.env?.find(e => e.name === "Api__ProbesUrl")?.value;
    found.unless(
        probes.every(port => port === "probes") && container.ports.some(p => p.name === "probes" && url?.endsWith(`:${p.containerPort}`)),
        where, "its probes have no listener of their own");
    const over = (spec.topologySpreadConstraints ?? []).map(constraint => constraint.topologyKey);
    found.unless(
        ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].every(key => over.includes(key)), where, "spreads over neither zones nor machines");
    found.unless(objects.some(o => o.kind === "PodDisruptionBudget" && matches(o.spec.selector, metadata.labels)), where, "has no PodDisruptionBudget");
    const scaler = objects.find(o => o.kind === "HorizontalPodAutoscaler" && o.spec.scaleTargetRef.name === deployment.metadata.name);
    const down = scaler?.spec.behavior?.scaleDown;
    found.unless(
        down?.stabilizationWindowSeconds >= 600 && down.policies.every(policy => policy.type === "Pods" && policy.value === 1 && policy.periodSeconds >= 120),
        where, "scales down in a hurry");
}

function checkSilo(objects, found) {
    const deployment = objects.find(o => o.kind === "Deployment" && o.metadata.labels?.[component] === "silo");
    const { metadata, spec } = deployment?.spec.template ?? {};
    const where = "Silo";
    if (!spec) {
        return;
    }

    const [container] = spec.containers;
    const cards = name => container.env?.find(e => e.name === `Payments__${name}`)?.value;
    found.unless(cards("Provider") === "none" && cards("AllowSimulator") === undefined, where, "does not say that nobody charges cards");
    found.unless(!cards("Path")?.startsWith("/tmp/"), where, "keeps the payment ledger in a temporary folder");
    const labels = ["orleans/serviceId", "orleans/clusterId"];
    labels.forEach(label => found.unless(metadata.labels[label], where, `has no label ${label}`));
    const env = new Map((container.env ?? []).map(e => [e.name, e]));
    const fields = {
        POD_NAME: "metadata.name",
        POD_NAMESPACE: "metadata.namespace",
        POD_IP: "status.podIP",
        ORLEANS_SERVICE_ID: "metadata.labels['orleans/serviceId']",
        ORLEANS_CLUSTER_ID: "metadata.labels['orleans/clusterId']",
    };
    Object.entries(fields).forEach(([variable, field]) => found.unless(env.get(variable)?.valueFrom?.fieldRef?.fieldPath === field, where, `${variable} is not ${field}`));
    [11111, 30000].forEach(port => found.unless(container.ports.some(p => p.containerPort === port), where, `has no port ${port}`));
    found.unless(spec.terminationGracePeriodSeconds === 180, where, "has another grace period than 180 s");

    const api = objects.find(o => o.kind === "Deployment" && o.metadata.labels?.[component] === "api");
    const client = new Map((api?.spec.template.spec.containers[0].env ?? []).map(e => [e.name, e.value]));
    found.unless(
        client.get("Orleans__ServiceId") === metadata.labels[labels[0]] && client.get("Orleans__ClusterId") === metadata.labels[labels[1]],
        "Api", "is a client of another cluster than the silos'");

    const namespace = objects.find(o => o.kind === "Namespace").metadata.name;
    found.unless(metadata.labels[labels[1]] === namespace, where, `its cluster id is not the namespace's name, ${namespace}: two namespaces could be one cluster`);

    const bound = objects.find(o => o.kind === "RoleBinding" && o.subjects.some(subject => subject.name === spec.serviceAccountName));
    const role = objects.find(o => o.kind === "Role" && o.metadata.name === bound?.roleRef.name);
    const verbs = role?.rules.find(rule => rule.resources.includes("pods"))?.verbs ?? [];
    found.unless(
        ["get", "list", "watch", "delete", "patch"].every(verb => verbs.includes(verb)), where, `its verbs on pods are ${verbs.join(", ")}`);
}
