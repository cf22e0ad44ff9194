// node proxy.mjs REPOSITORY: nginx refuses some requests itself, and has to answer as the API would.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Faults, provesThatItFails } from "./faults.mjs";

const read = name => readFileSync(join(process.argv[2], name), "utf8");
const good = { nginx: read("deploy/nginx/nginx.conf"), problems: read("src/Api/Answers/Problems.cs"), headers: read("src/Api/Server/Headers.cs") };
const faults = new Faults();
faults.list.push(...check(good));
faults.endIfAny();
provesThatItFails(good, check, [
    ["knows no problem", texts => texts.nginx = texts.nginx.replace("/problems/not-found", "/problems/nothing-found")],
    ["knows no problem", texts => texts.problems = texts.problems.replace("The request cannot be read.", "The request is no request.")],
    ["is said to be", texts => texts.nginx = texts.nginx.replace('"code":"internal"', '"code":"failed"')],
    ["takes another", texts => texts.headers = texts.headers.replace('"If-Match"', '"If-Match", "X-New"')],
    ["shows another", texts => texts.nginx = texts.nginx.replace("ETag, Location", "Location")],
    ["takes another", texts => texts.nginx = texts.nginx.replace('"GET, HEAD', '"HEAD')],
]);
console.log("nginx refuses in the API's words.");

function check({ nginx, problems, headers }) {
    const found = new Faults();
    const answers = [...nginx.matchAll(/return (\d+) '(\{.*\})'/g)].map(([, status, json]) => [Number(status), JSON.parse(json)]);
    found.unless(answers.length >= 6, "nginx.conf", "has too few problems");
    for (const [status, problem] of answers) {
        const code = problem.type.replace("/problems/", "");
        found.unless(code === problem.code && status === problem.status, `nginx.conf, ${problem.type}`, `is said to be ${problem.code}, ${problem.status}`);
        found.unless(problems.includes(`new(${status}, "${code}", "${problem.title}"`), "Problems.cs", `knows no problem ${status} ${code} '${problem.title}'`);
    }

    const listed = name => new RegExp(`default "(.*)";`).exec(nginx.slice(nginx.indexOf(`${name} {`)))[1].split(", ");
    const declared = name => [...headers.matchAll(new RegExp(`\\.${name}\\((.*)\\)`, "g"))].flatMap(([, names]) => [...names.matchAll(/"([\w-]+)"/g)].map(([, header]) => header));
    const lacks = (ours, theirs, extra) => theirs.filter(one => !ours.includes(one)).concat(ours.filter(one => !theirs.includes(one) && !extra.includes(one)));
    const compare = (ours, theirs, extra, what) => {
        const different = lacks(ours, theirs, extra);
        found.unless(different.length === 0, "nginx.conf", `${what}: ${different.join(", ")}`);
    };
    // Names that the API's source gives by a constant are not read from its text.
    compare(listed("$preflight_headers"), declared("WithHeaders"), ["Idempotency-Key", "X-Approval"], "takes another header than the API");
    compare(listed("$preflight_methods"), declared("WithMethods"), [], "takes another method than the API");
    compare(listed("$cors_exposed"), declared("WithExposedHeaders"), ["X-Request-Id"], "shows another header than the API");
    return found.list;
}
