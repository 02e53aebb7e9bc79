/** What a JSON Schema says, as far as the published one uses it. */
interface Node {
  readonly [keyword: string]: unknown;
}

/** Why `value` does not follow `schema`, the path of each problem first; the slow and obvious way. */
export function schemaProblems(value: unknown, schema: Node, root: Node = schema, path = '$'): string[] {
  const check = (part: unknown, inner: unknown = value, at = path): string[] => schemaProblems(inner, part as Node, root, at);
  const holds = (part: unknown): boolean => check(part).length === 0;
  const found: string[] = [];
  const fail = (what: string): void => void found.push(`${path}: ${what}`);
  for (const [keyword, wanted] of Object.entries(schema)) {
    switch (keyword) {
      case '$ref':
        found.push(
          ...check(
            String(wanted)
              .slice(2)
              .split('/')
              .reduce<unknown>((node, key) => (node as Node)[key], root),
          ),
        );
        break;
      case 'if':
        found.push(...check(holds(wanted) ? schema['then'] : schema['else']));
        break;
      case 'anyOf':
        if (!(wanted as Node[]).some(holds)) fail('none of the alternatives');
        break;
      case 'oneOf':
        if ((wanted as Node[]).filter(holds).length !== 1) fail('not one of the alternatives');
        break;
      case 'const':
        if (value !== wanted) fail(`not ${String(wanted)}`);
        break;
      case 'enum':
        if (!(wanted as unknown[]).includes(value)) fail(`none of ${(wanted as unknown[]).join(', ')}`);
        break;
      case 'type':
        if (![wanted].flat().some((type) => isOfType(value, String(type)))) fail(`no ${String(wanted)}`);
        break;
      case 'pattern':
        if (typeof value === 'string' && !new RegExp(String(wanted), 'u').test(value)) fail(`does not match ${String(wanted)}`);
        break;
      case 'minimum':
        if (typeof value === 'number' && value < Number(wanted)) fail('too small');
        break;
      case 'maximum':
        if (typeof value === 'number' && value > Number(wanted)) fail('too large');
        break;
      case 'exclusiveMinimum':
        if (typeof value === 'number' && value <= Number(wanted)) fail('too small');
        break;
      case 'required':
        if (isBlock(value)) for (const key of wanted as string[]) if (!(key in value)) fail(`${key} is missing`);
        break;
      case 'properties':
        if (isBlock(value)) {
          for (const [key, part] of Object.entries(wanted as Node))
            if (key in value) found.push(...check(part, value[key], `${path}.${key}`));
        }
        break;
      case 'additionalProperties':
        if (isBlock(value)) {
          for (const key of Object.keys(value).filter((name) => !(name in ((schema['properties'] ?? {}) as Node)))) {
            if (wanted === false) fail(`unknown key ${key}`);
            else found.push(...check(wanted, value[key], `${path}.${key}`));
          }
        }
        break;
      case 'items':
        if (Array.isArray(value)) value.forEach((item, i) => found.push(...check(wanted, item, `${path}[${i}]`)));
        break;
      case 'prefixItems':
        if (Array.isArray(value)) (wanted as Node[]).forEach((part, i) => found.push(...check(part, value[i], `${path}[${i}]`)));
        break;
      case 'minItems':
        if (Array.isArray(value) && value.length < Number(wanted)) fail('too short');
        break;
    }
  }
  return found;
}

const isBlock = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);

function isOfType(value: unknown, type: string): boolean {
  if (type === 'object') return isBlock(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}
