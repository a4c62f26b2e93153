/** Runs first and alone, from within index.html: takes the key out of the address bar, then asks for the head.
 *
 * Nothing has been asked for before the key is out (`history.state` keeps it for this tab, so that reloading works).
 * A link whose `#` became `%23` has told the host its key: then nothing is asked for at all.
 */
(() => {
    const hash = location.hash.slice(1);
    let state: unknown = history.state;
    if (hash !== "") {
        state = { key: hash };
        window.keepsakeState = { key: hash };
        try {
            history.replaceState(state, "", location.pathname + location.search);
        } catch {
            location.replace("#");
        }
    }
    const isTold = /AGE-SECRET-KEY-/iu.test(location.pathname + location.search);
    if (!isTold && state !== null && /^https?:$/u.test(location.protocol))
        window.keepsakeHead = fetch("manifest.age", {
            cache: "no-store",
            credentials: "omit",
        }).catch(() => undefined);
})();
