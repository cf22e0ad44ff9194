// Shared by the checks: a list of faults, and the proof that a check finds each fault.

/** Collects sentences; ends the program with them if there are any. */
export class Faults {
    list = [];

    unless(holds, where, what) {
        if (!holds) {
            this.list.push(`${where}: ${what}`);
        }
    }

    endIfAny() {
        if (this.list.length > 0) {
            console.error(this.list.join("\n"));
            process.exit(1);
        }
    }
}

/**
 * Breaks a copy of what is good in one way after the other; the check has to say what is wrong with each.
 * @param good what the check finds no fault with
 * @param check takes such a thing and returns the faults it finds
 * @param breakages [what to expect in a fault, how to break a copy]
 */
export function provesThatItFails(good, check, breakages) {
    for (const [expected, breakIt] of breakages) {
        const copy = structuredClone(good);
        breakIt(copy);
        const found = check(copy);
        if (!found.some(fault => fault.includes(expected))) {
            console.error(`The check would not notice: ${expected}. Of a copy broken by ${breakIt} it says: ${found.join("; ") || "nothing"}`);
            process.exit(1);
        }
    }
}
