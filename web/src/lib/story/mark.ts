import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** The mark that the server gives to a draft of these words (docs/api/openapi.yaml, "Draft"): it is known here before it is answered. */
export function markOf(text: string, follows: readonly string[]): string {
    const lines = follows.map((version) => `${version}\n`).join("");
    return bytesToHex(sha256(utf8ToBytes(`${lines}\n${text}`))).slice(0, 16);
}
