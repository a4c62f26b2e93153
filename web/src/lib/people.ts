import { api } from "../api/client.ts";
import type { Id } from "../api/types.ts";
import { app } from "./app.svelte.ts";

/** The ids of people by their names, one in each line; those not known yet are named now. */
export async function idsOfNames(lines: string): Promise<Id[]> {
    const ids: Id[] = [];
    for (const line of lines.split("\n")) {
        const name = line.trim().normalize("NFC");
        if (name === "") continue;
        let person = app.people.find((one) => one.name === name);
        if (!person) {
            person = await api.namePerson(name);
            app.people = [...app.people, person];
        }
        if (!ids.includes(person.id)) ids.push(person.id);
    }
    return ids;
}
