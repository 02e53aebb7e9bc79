import { fileOf, type InputFile } from '../../../sim/base/file-spec.ts';

/** A second, independent writer of the Chakra wire format: bytes are put together field by field. */

export const varint = (value: number | bigint): number[] => {
  const bytes: number[] = [];
  let rest = BigInt(value);
  while (rest >= 128n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return [...bytes, Number(rest)];
};
const tag = (field: number, wireType: number): number[] => varint(field * 8 + wireType);
const bytesField = (field: number, bytes: readonly number[]): number[] => [...tag(field, 2), ...varint(bytes.length), ...bytes];
const textField = (field: number, text: string): number[] => bytesField(field, [...new TextEncoder().encode(text)]);
const numberField = (field: number, value: number | bigint): number[] => [...tag(field, 0), ...varint(value)];
const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);
const little = (value: number, bytes: number): number[] => Array.from({ length: bytes }, (_, i) => Math.floor(value / 2 ** (8 * i)) % 256);

/** Ways of writing an integer attribute: kind, field number and encoding. */
export const INTEGER_KINDS: Readonly<Record<string, (value: number) => number[]>> = {
  int32: (value) => numberField(7, value),
  int64: (value) => numberField(9, value),
  uint32: (value) => numberField(11, value),
  uint64: (value) => numberField(13, value),
  sint32: (value) => numberField(15, zigzag(value)),
  sint64: (value) => numberField(17, zigzag(value)),
  fixed32: (value) => [...tag(19, 5), ...little(value, 4)],
  fixed64: (value) => [...tag(21, 1), ...little(value, 8)],
  sfixed32: (value) => [...tag(23, 5), ...little(value, 4)],
  sfixed64: (value) => [...tag(25, 1), ...little(value, 8)],
};

export type EncodedValue = number | boolean | string | readonly boolean[] | null;

export interface NodeToEncode {
  readonly id?: number;
  readonly name?: string;
  readonly type: number;
  readonly data?: readonly number[];
  readonly ctrl?: readonly number[];
  readonly duration?: number;
  readonly inputs?: string;
  readonly attributes?: Readonly<Record<string, EncodedValue>>;
  readonly integers?: keyof typeof INTEGER_KINDS;
  readonly isPacked?: boolean;
  /** Appended as it is. */
  readonly extra?: readonly number[];
}

function attribute(name: string, value: EncodedValue, integers: string): number[] {
  const encoded =
    value === null
      ? []
      : typeof value === 'number'
        ? INTEGER_KINDS[integers]!(value)
        : typeof value === 'boolean'
          ? numberField(27, value ? 1 : 0)
          : typeof value === 'string'
            ? textField(29, value)
            : bytesField(28, bytesField(1, value.map(Number)));
  return bytesField(10, [...textField(1, name), ...encoded]);
}

function dependencies(field: number, ids: readonly number[] | undefined, isPacked: boolean): number[] {
  if (ids === undefined || ids.length === 0) return [];
  return isPacked
    ? bytesField(
        field,
        ids.flatMap((id) => varint(id)),
      )
    : ids.flatMap((id) => numberField(field, id));
}

export function encodeNode(node: NodeToEncode): number[] {
  const isPacked = node.isPacked ?? true;
  return [
    ...(node.id === undefined ? [] : numberField(1, node.id)),
    ...(node.name === undefined ? [] : textField(2, node.name)),
    ...numberField(3, node.type),
    ...dependencies(4, node.ctrl, isPacked),
    ...dependencies(5, node.data, isPacked),
    ...(node.duration === undefined ? [] : numberField(7, node.duration)),
    ...(node.inputs === undefined ? [] : bytesField(8, textField(1, node.inputs))),
    ...Object.entries(node.attributes ?? {}).flatMap(([name, value]) => attribute(name, value, node.integers ?? 'int64')),
    ...(node.extra ?? []),
  ];
}

const framed = (message: readonly number[]): number[] => [...varint(message.length), ...message];

export const METADATA = framed(textField(1, '0.0.4'));

export const traceFile = (name: string, nodes: readonly NodeToEncode[]): InputFile =>
  fileOf(name, Uint8Array.from([...METADATA, ...nodes.flatMap((node) => framed(encodeNode(node)))]));

/** Node types of the schema. */
export const [META, LOAD, COMP, SEND_NODE, RECV_NODE, COLL] = [1, 2, 4, 5, 6, 7] as const;
export const [ALL_REDUCE, ALL_GATHER, BROADCAST, ALL_TO_ALL, REDUCE_SCATTER, BARRIER] = [0, 2, 5, 6, 7, 9] as const;
