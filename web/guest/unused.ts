/** In place of the post-quantum recipients of age-encryption, which no share has: 22 KB of script less (build.mjs puts it there). */
export const MLKEM768P256 = undefined;
export const MLKEM768X25519 = undefined;
export const p256 = undefined;
