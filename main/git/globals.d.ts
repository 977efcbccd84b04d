// The only globals beyond the language itself that this folder may use: text to bytes and back. They exist alike in
// Node, Electron and browsers. Shapes as in the Encoding Standard, cut down to what is used here.

interface TextDecoder {
  decode(input?: Uint8Array): string;
}
// eslint-disable-next-line no-var -- only `var` merges with the real declaration, which is a `var` too
declare var TextDecoder: {
  new (label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean }): TextDecoder;
};

interface TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>;
  encodeInto(source: string, destination: Uint8Array): { read: number; written: number };
}
// eslint-disable-next-line no-var -- as above
declare var TextEncoder: { new (): TextEncoder };
