/** Stand-ins for what the libraries use and the oldest of the browsers lack; imported before anything else.
 *
 * Object.hasOwn (Safari before 15.4, Chrome before 93, Firefox before 92) is asked for by @noble/curves.
 * TransformStream (Firefox before 102) is asked for by age-encryption where it reads a header, though only to hand on the rest of the
 * file. That rest is read by our own code (age.ts), so a stand-in that hands nothing on is enough.
 */
const scope = globalThis as { TransformStream?: unknown };
const objects = Object as { hasOwn?: (of: object, name: PropertyKey) => boolean };

objects.hasOwn ??= (of, name) => Object.prototype.hasOwnProperty.call(of, name);
scope.TransformStream ??= class {};
if (typeof ReadableStream.prototype.pipeThrough === "undefined")
    ReadableStream.prototype.pipeThrough = function <T>(this: ReadableStream) {
        return this as ReadableStream<T>;
    };

export {};
