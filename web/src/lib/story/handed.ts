import type { Id } from "../../api/types.ts";

/** A look that goes along from a moment's page to that of its story and back, because somebody pressed a link there: not by
 * Back, not by an address. It stays in memory, and is taken once. */
let handed: { moment: Id; look: string } | undefined;

export function handLook(moment: Id, look: string | undefined): void {
    handed = look === undefined ? undefined : { moment, look };
}

/** For a link: not where it is opened in another window, which knows nothing of this one. */
export function handsLook(moment: Id, look: string | undefined): (event: MouseEvent) => void {
    return (event) => {
        if (!event.ctrlKey && !event.metaKey && !event.shiftKey) handLook(moment, look);
    };
}

/** Whether it is on its way, and so not to be ended by the page that it leaves. */
export function isHanded(look: string): boolean {
    return handed?.look === look;
}

export function takeLook(moment: Id): string | undefined {
    const look = handed?.moment === moment ? handed.look : undefined;
    handed = undefined;
    return look;
}
