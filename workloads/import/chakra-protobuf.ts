import protobuf from 'protobufjs/light.js';
import { ImportError } from '../../sim/base/errors.ts';
import type { InputFile } from '../../sim/base/file-spec.ts';
import { ByteReader } from './byte-reader.ts';
import { type AttributeValue, NODE_TYPES, type Trace, type TraceNode, usedAttributes } from './chakra-trace.ts';
import { emptyFile } from './lines.ts';

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

/** Longer messages are no nodes: a length this large is a damaged or a foreign file. */
const LONGEST_MESSAGE = 2 ** 26;

/**
 * Reads a Chakra execution trace: repeated { length as varint, message }, the first a GlobalMetadata, the others Nodes. Unknown fields
 * are skipped, packed and unpacked numbers accepted; a field with its default value is not written, so no id means id 0. One message at
 * a time is in memory, and of a node what execution needs.
 *
 * @throws ImportError with the byte offset when the file is cut off, or no protobuf
 */
export function parseChakraProtobuf(file: InputFile): Trace {
  const reader = new ByteReader(file);
  if (reader.isAtEnd()) throw emptyFile(file, 'a Chakra trace (.et)');
  const root = protobuf.Root.fromJSON(descriptor());
  const metadataType = root.lookupType('GlobalMetadata');
  const nodeType = root.lookupType('Node');

  const nodes: TraceNode[] = [];
  for (let isFirst = true; !reader.isAtEnd(); isFirst = false) {
    const { offset } = reader;
    const bytes = nextMessage(reader, file.name);
    const type = isFirst ? metadataType : nodeType;
    try {
      const message = type.decode(bytes);
      if (!isFirst) nodes.push(toNode(type.toObject(message, { longs: Number, arrays: true, oneofs: true }) as NodeMessage, offset));
    } catch (cause) {
      throw new ImportError('E420', `the ${bytes.length} bytes of the message at byte ${offset} are no ${type.name}`, {
        where: { file: file.name },
        hint: 'is this a Chakra trace (.et), and is it damaged?',
        cause,
      });
    }
  }
  return { file: file.name, nodes };
}

/** The message whose length comes next. */
function nextMessage(reader: ByteReader, file: string): Uint8Array {
  const { offset } = reader;
  const refuse = (what: string, hint: string): ImportError => new ImportError('E420', what, { where: { file }, hint });
  let length = 0;
  for (let i = 0; ; i++) {
    if (i === 5) throw refuse(`the message length at byte ${offset} is longer than 5 bytes`, 'is this a Chakra trace (.et)?');
    const [byte] = reader.take(1);
    if (byte === undefined) throw refuse(`the message length at byte ${offset} is cut off`, 'is this a Chakra trace (.et)?');
    length += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) break;
  }
  if (length > LONGEST_MESSAGE)
    throw refuse(
      `the message at byte ${offset} would have ${length} bytes; a node has at most ${LONGEST_MESSAGE}`,
      'is this a Chakra trace (.et)?',
    );
  const bytes = reader.take(length);
  if (bytes.length === length) return bytes;
  throw refuse(`the message at byte ${offset} has ${length} bytes, the file only ${bytes.length} more`, 'is the file cut off?');
}

// A list that was filled one by one keeps room for 17 entries; a copy has as many as it needs.
const NO_IDS: readonly number[] = [];

function toNode(message: NodeMessage, offset: number): TraceNode {
  const type = message.type ?? 0;
  const attributes = message.attr.map((attribute) => [attribute.name ?? '', attributeValue(attribute)] as const);
  return {
    id: message.id ?? 0,
    type,
    ctrlDeps: message.ctrlDeps.length === 0 ? NO_IDS : message.ctrlDeps.slice(),
    dataDeps: message.dataDeps.length === 0 ? NO_IDS : message.dataDeps.slice(),
    duration: message.durationMicros ?? 0,
    wasRecorded: (message.startTimeMicros ?? 0) > 0,
    attributes: usedAttributes(type, attributes),
    inputs: NODE_TYPES[type] === 'METADATA' ? (message.inputs?.values ?? '') : '',
    place: offset,
    placeUnit: 'byte',
  };
}

function attributeValue(attribute: AttributeMessage): AttributeValue {
  if (attribute.value === undefined) return null;
  const value = attribute[attribute.value];
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string') return value;
  return attribute.value === 'boolValues' ? (value as { readonly values: readonly boolean[] }).values : null;
}
