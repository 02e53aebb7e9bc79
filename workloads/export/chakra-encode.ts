/** Writer of the Chakra wire format (schema 0.0.4): protobuf messages, each behind its length, as far as execution traces use them. */

/** Attribute values: kind and field number of AttributeProto. */
const FIELD = { int64: 9, uint64: 13, bool: 27, boolList: 28 } as const;

export type ChakraAttribute =
  | { readonly name: string; readonly kind: 'int64' | 'uint64'; readonly value: number }
  | { readonly name: string; readonly kind: 'bool'; readonly value: boolean }
  | { readonly name: string; readonly kind: 'boolList'; readonly value: readonly boolean[] };

export interface ChakraNode {
  readonly id: number;
  readonly name: string;
  readonly type: number;
  /** Nodes that must have ended. */
  readonly dataDeps: readonly number[];
  /** In the unit of the trace; 0: none. */
  readonly duration: number;
  readonly attributes: readonly ChakraAttribute[];
}

/** The first message of a trace. */
export const chakraMetadata = (): Uint8Array => framed(textField(1, '0.0.4'));

/** A node with its length. Fields with their default value are left out, as proto3 does; values of attributes never. */
export function chakraNode({ id, name, type, dataDeps, duration, attributes }: ChakraNode): Uint8Array {
  return framed([
    ...(id === 0 ? [] : numberField(1, id)),
    ...textField(2, name),
    ...numberField(3, type),
    ...(dataDeps.length === 0 ? [] : bytesField(5, dataDeps.flatMap(varint))),
    ...(duration === 0 ? [] : numberField(7, duration)),
    ...attributes.flatMap((attribute) => bytesField(10, [...textField(1, attribute.name), ...valueField(attribute)])),
  ]);
}

function valueField(attribute: ChakraAttribute): number[] {
  const field = FIELD[attribute.kind];
  if (attribute.kind === 'bool') return numberField(field, Number(attribute.value));
  if (attribute.kind === 'boolList') return bytesField(field, bytesField(1, attribute.value.map(Number)));
  return numberField(field, attribute.value);
}

/** Seven bits a byte, the least significant first. Below 2^53: no bit operations, which have 32. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return [...bytes, rest];
}

const VARINT = 0;
const LENGTH_DELIMITED = 2;

const numberField = (field: number, value: number): number[] => [...varint(8 * field + VARINT), ...varint(value)];
const bytesField = (field: number, bytes: readonly number[]): number[] => [
  ...varint(8 * field + LENGTH_DELIMITED),
  ...varint(bytes.length),
  ...bytes,
];
const textField = (field: number, text: string): number[] => bytesField(field, [...new TextEncoder().encode(text)]);
const framed = (message: readonly number[]): Uint8Array => Uint8Array.from([...varint(message.length), ...message]);
