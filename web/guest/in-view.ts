import type { Scope } from "./scope.ts";

/** how long something stays when it is far away, as it may come back with the next turn of the wheel or of the phone */
const kStaysMs = 4000;

/** Tells when a part of the page comes near what is seen; the visit ends when it is far away again. */
export function whileNear(element: Element, scope: Scope, come: (visit: Scope) => void): void {
    let visit: Scope | undefined;
    let leaving: ReturnType<typeof setTimeout> | undefined;
    const observer = new IntersectionObserver(
        ([entry]) => {
            clearTimeout(leaving);
            if (entry?.isIntersecting) {
                if (visit || scope.isOver) return;
                visit = scope.within();
                come(visit);
            } else {
                leaving = setTimeout(() => {
                    visit?.end();
                    visit = undefined;
                }, kStaysMs);
            }
        },
        { rootMargin: "150% 0px" },
    );
    observer.observe(element);
    scope.own(() => {
        clearTimeout(leaving);
        observer.disconnect();
    });
}
