import { pow } from "@noble/curves/abstract/modular.js";
import { montgomery } from "@noble/curves/abstract/montgomery.js";

/** X25519 alone, in place of @noble/curves/ed25519.js (build.mjs puts it there): that makes all of Ed25519, and at the first use a
 * table for it, which an old phone waits 100 ms for. Used where WebCrypto has no X25519.
 *
 * Source: RFC 7748, sections 4.1 and 5.
 */
const P = 2n ** 255n - 19n;

export const x25519 = montgomery({
    P,
    type: "x25519",
    powPminus2: (x) => pow(x, P - 2n, P),
    adjustScalarBytes(bytes: Uint8Array) {
        bytes[0]! &= 248;
        bytes[31]! &= 127;
        bytes[31]! |= 64;
        return bytes;
    },
});
