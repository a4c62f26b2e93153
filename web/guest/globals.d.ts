/** What the parts of the page hand each other through the window. */
interface Window {
    /** the state that boot.ts took from the address, where the browser would not keep it */
    keepsakeState?: { key: string };
    /** the head, asked for while the script was still on its way */
    keepsakeHead?: Promise<Response | undefined> | undefined;
    /** called by the pieces of files in a ZIP (files/<name>.<n>.js) */
    keepsakeFile?: (name: string, piece: number, base64: string) => void;
}

interface SubtleCrypto {
    /** "raw-secret" is newer than the types */
    importKey(
        format: "raw-secret",
        key: BufferSource,
        algorithm: { name: "ChaCha20-Poly1305" },
        extractable: boolean,
        uses: KeyUsage[],
    ): Promise<CryptoKey>;
}
