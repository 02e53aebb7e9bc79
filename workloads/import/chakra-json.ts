import { ImportError } from '../../sim/base/errors.ts';
import type { InputFile } from '../../sim/base/file-spec.ts';
import { ByteReader, opening } from './byte-reader.ts';
import { type AttributeValue, type Trace, type TraceNode, usedAttributes } from './chakra-trace.ts';
import { jsonMistake } from './json-mistake.ts';
import { Problems } from './problems.ts';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** JSON is read as one text. The protobuf form has no limit. */
const LARGEST_JSON = 2 ** 28;

/** A trace starts with a length and a tag, never with a brace and a quote. */
export const isJsonTrace = (file: InputFile): boolean => /^\s*\{\s*"[A-Za-z_]/.test(new TextDecoder().decode(opening(file)));

/**
 * Reads the JSON twin of a Chakra trace, `{ "workload_graph": [ { "Id", "Name", "NodeType", "ctrlDeps", "data_deps", "runtime", .. } ] }`.
 *
 * @throws ImportError for bad JSON (with line and column), and for nodes without the fields above
 */
export function parseChakraJson(file: InputFile): Trace {
  const bytes = new ByteReader(file).take(LARGEST_JSON + 1);
  if (bytes.length > LARGEST_JSON) {
    throw new ImportError('E421', `a JSON trace of more than ${LARGEST_JSON} bytes`, {
      where: { file: file.name },
      hint: 'use the protobuf form (.et)',
    });
  }
  const text = new TextDecoder().decode(bytes);
  const graph = graphOf(parseJson(text, file.name), file.name);
  const problems = new Problems();
  const nodes: TraceNode[] = [];
  graph.forEach((entry, i) => {
    const complain = (what: string): void => problems.add('E421', `workload_graph[${i}]: ${what}`, { file: file.name });
    if (!isObject(entry)) {
      complain('not an object');
      return;
    }
    const number = (key: string): number => {
      const value = entry[key];
      if (typeof value === 'number' && value >= 0) return value;
      complain(`${key} is no number that is 0 or more`);
      return 0;
    };
    const ids = (key: string): number[] => {
      const value = entry[key] ?? [];
      if (Array.isArray(value) && value.every((id): id is number => typeof id === 'number')) return value;
      complain(`${key} is no list of node ids`);
      return [];
    };
    const type = number('NodeType');
    nodes.push({
      id: number('Id'),
      type,
      ctrlDeps: ids('ctrlDeps'),
      dataDeps: ids('data_deps'),
      duration: entry.runtime === undefined ? 0 : number('runtime'),
      wasRecorded: false,
      attributes: usedAttributes(
        type,
        Object.entries(entry).map(([key, value]) => [key, scalar(value)]),
      ),
      inputs: '',
      place: i,
      placeUnit: 'entry',
    });
  });
  problems.throwIfAny();
  return { file: file.name, nodes };
}

const scalar = (value: unknown): AttributeValue =>
  typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string' ? value : null;

function graphOf(document: unknown, file: string): readonly unknown[] {
  const graph = isObject(document) ? document.workload_graph : undefined;
  if (Array.isArray(graph)) return graph;
  throw new ImportError('E421', 'no list "workload_graph"', {
    where: { file, line: 1, column: 1 },
    hint: 'is this the JSON form of a Chakra trace?',
  });
}

function parseJson(text: string, file: string): unknown {
  const document = text.replace(/^\uFEFF/, '');
  try {
    return JSON.parse(document);
  } catch (cause) {
    const { line, column, message } = jsonMistake(document) ?? { line: 1, column: 1, message: 'it cannot be read' };
    throw new ImportError('E421', `no JSON: ${message}`, {
      where: { file, line, column },
      hint: 'is this the JSON form of a Chakra trace?',
      cause,
    });
  }
}
