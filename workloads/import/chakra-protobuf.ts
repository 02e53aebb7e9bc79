import protobuf from 'protobufjs/light.js';
import { ImportError } from '../../sim/base/errors.ts';
import type { InputFile } from '../../sim/base/file-spec.ts';
import type { AttributeValue, Trace, TraceNode } from './chakra-trace.ts';

/** Scalar kinds of an attribute with the field number of the scalar; its list has the next number (Chakra schema, AttributeProto). */
const ATTRIBUTE_KINDS = {
  double: 3,
  float: 5,
  int32: 7,
  int64: 9,
  uint32: 11,
  uint64: 13,
  sint32: 15,
  sint64: 17,
  fixed32: 19,
  fixed64: 21,
  sfixed32: 23,
  sfixed64: 25,
  bool: 27,
  string: 29,
  bytes: 31,
} as const;

function descriptor(): protobuf.INamespace {
  const kinds = Object.entries(ATTRIBUTE_KINDS);
  const lists = kinds.map(([kind]) => [`${kind}List`, { fields: { values: { rule: 'repeated', type: kind, id: 1 } } }] as const);
  const values = kinds.flatMap(([kind, id]) => [
    [kind, { type: kind, id }] as const,
    [`${kind}Values`, { type: `${kind}List`, id: id + 1 }] as const,
  ]);
  return {
    nested: {
      ...Object.fromEntries(lists),
      AttributeProto: {
        oneofs: { value: { oneof: values.map(([name]) => name) } },
        fields: { name: { type: 'string', id: 1 }, docString: { type: 'string', id: 2 }, ...Object.fromEntries(values) },
      },
      GlobalMetadata: {
        fields: { version: { type: 'string', id: 1 }, attr: { rule: 'repeated', type: 'AttributeProto', id: 2 } },
      },
      IOInfo: { fields: { values: { type: 'string', id: 1 } } },
      Node: {
        fields: {
          id: { type: 'uint64', id: 1 },
          name: { type: 'string', id: 2 },
          type: { type: 'int32', id: 3 },
          ctrlDeps: { rule: 'repeated', type: 'uint64', id: 4 },
          dataDeps: { rule: 'repeated', type: 'uint64', id: 5 },
          startTimeMicros: { type: 'uint64', id: 6 },
          durationMicros: { type: 'uint64', id: 7 },
          inputs: { type: 'IOInfo', id: 8 },
          attr: { rule: 'repeated', type: 'AttributeProto', id: 10 },
        },
      },
    },
  };
}

/** What `toObject` makes of a Node by the descriptor above: absent fields have their default, 64-bit integers are numbers. */
interface NodeMessage {
  readonly id?: number;
  readonly name?: string;
  readonly type?: number;
  readonly ctrlDeps: readonly number[];
  readonly dataDeps: readonly number[];
  readonly startTimeMicros?: number;
  readonly durationMicros?: number;
  readonly inputs?: { readonly values?: string };
  readonly attr: readonly AttributeMessage[];
}

interface AttributeMessage {
  readonly name?: string;
  /** Name of the field that is set, if any. */
  readonly value?: string;
  readonly [field: string]: unknown;
}

/**
 * Reads a Chakra execution trace: repeated { length as varint, message }, the first a GlobalMetadata, the others Nodes. Unknown fields
 * are skipped, packed and unpacked numbers accepted; a field with its default value is not written, so no id means id 0.
 *
 * @throws ImportError with the byte offset when the file is compressed, cut off, or no protobuf
 */
export function parseChakraProtobuf(file: InputFile): Trace {
  const { bytes } = file;
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    throw new ImportError('E420', 'the trace is compressed', { where: { file: file.name }, hint: 'unpack it with gunzip' });
  }
  if (bytes.length === 0) throw new ImportError('E420', 'the file is empty', { where: { file: file.name } });
  const root = protobuf.Root.fromJSON(descriptor());
  const metadataType = root.lookupType('GlobalMetadata');
  const nodeType = root.lookupType('Node');

  const nodes: TraceNode[] = [];
  let isFirst = true;
  for (let offset = 0; offset < bytes.length; isFirst = false) {
    const { start, end } = frame(file, offset);
    const type = isFirst ? metadataType : nodeType;
    try {
      const message = type.decode(bytes.subarray(start, end));
      if (!isFirst) nodes.push(toNode(type.toObject(message, { longs: Number, arrays: true, oneofs: true }) as NodeMessage, offset));
    } catch (cause) {
      throw new ImportError('E420', `no ${type.name} message at byte ${offset}: ${(cause as Error).message}`, {
        where: { file: file.name },
        hint: 'is this a Chakra trace (.et)?',
        cause,
      });
    }
    offset = end;
  }
  return { file: file.name, nodes };
}

/** The message whose length stands at `offset`. */
function frame(file: InputFile, offset: number): { readonly start: number; readonly end: number } {
  const { bytes, name } = file;
  let length = 0;
  for (let i = 0; i < 5; i++) {
    const byte = bytes[offset + i];
    if (byte === undefined) break;
    length += (byte & 0x7f) * 2 ** (7 * i);
    if (byte >= 0x80) continue;
    const start = offset + i + 1;
    if (start + length <= bytes.length) return { start, end: start + length };
    throw new ImportError('E420', `the message at byte ${offset} has ${length} bytes, the file only ${bytes.length - start} more`, {
      where: { file: name },
      hint: 'is the file cut off?',
    });
  }
  const problem = offset + 5 <= bytes.length ? 'is longer than 5 bytes' : 'is cut off';
  throw new ImportError('E420', `the message length at byte ${offset} ${problem}`, {
    where: { file: name },
    hint: 'is this a Chakra trace (.et)?',
  });
}

function toNode(message: NodeMessage, offset: number): TraceNode {
  return {
    id: message.id ?? 0,
    name: message.name ?? '',
    type: message.type ?? 0,
    ctrlDeps: message.ctrlDeps,
    dataDeps: message.dataDeps,
    duration: message.durationMicros ?? 0,
    wasRecorded: (message.startTimeMicros ?? 0) > 0,
    attributes: new Map(message.attr.map((attribute) => [attribute.name ?? '', attributeValue(attribute)])),
    inputs: message.inputs?.values ?? '',
    place: `byte ${offset}`,
  };
}

function attributeValue(attribute: AttributeMessage): AttributeValue {
  if (attribute.value === undefined) return null;
  const value = attribute[attribute.value];
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string') return value;
  return attribute.value === 'boolValues' ? (value as { readonly values: readonly boolean[] }).values : null;
}
