// Compiles like tsc, with three changes for the packet path, in which V8 would otherwise spend several instructions a use:
//
// - A name that stands for a constant number (`export const PORT_BITS = 11`) is written as that number. V8 reads an imported binding from a cell
//   every time, with a test that it is initialised, and takes nothing that it finds there for a constant.
// - For the same reason a module that imports a constant array (the arena of sim/engine/arena.ts) gets a constant of its own for it. V8 then knows
//   the array's address and length when it compiles.
// - Private members become plain ones, and a field without a value is not declared. A declared field begins as undefined, so V8 forgets that it
//   will always hold a small integer, or an object of one class, and tests it at every use.
import ts from 'typescript';

/** The value of an expression that the type checker knows to be one number; undefined otherwise. */
function constantOf(checker, node) {
  let symbol = checker.getSymbolAtLocation(node);
  if (symbol === undefined) return undefined;
  if (symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
  const declaration = symbol.valueDeclaration;
  if (declaration === undefined || !ts.isVariableDeclaration(declaration)) return undefined;
  const list = declaration.parent;
  const isTopLevelConst =
    (list.flags & ts.NodeFlags.Const) !== 0 && ts.isVariableStatement(list.parent) && ts.isSourceFile(list.parent.parent);
  if (!isTopLevelConst) return undefined;
  const type = checker.getTypeOfSymbol(symbol);
  return type.isNumberLiteral() ? type.value : undefined;
}

const isUse = (node) =>
  !(
    (ts.isVariableDeclaration(node.parent) && node.parent.name === node) ||
    ts.isImportSpecifier(node.parent) ||
    ts.isExportSpecifier(node.parent) ||
    (ts.isPropertyAccessExpression(node.parent) && node.parent.name === node) ||
    (ts.isPropertyAssignment(node.parent) && node.parent.name === node) ||
    ts.isShorthandPropertyAssignment(node.parent) ||
    ts.isTypeNode(node.parent) ||
    ts.isTypeQueryNode(node.parent)
  );

const literal = (factory, value) =>
  value < 0
    ? factory.createParenthesizedExpression(
        factory.createPrefixUnaryExpression(ts.SyntaxKind.MinusToken, factory.createNumericLiteral(-value)),
      )
    : factory.createNumericLiteral(value);

/** Whether an import names a constant of another module that is a typed array. */
function isArray(checker, specifier) {
  let symbol = checker.getSymbolAtLocation(specifier.name);
  if (symbol === undefined || !(symbol.flags & ts.SymbolFlags.Alias)) return false;
  symbol = checker.getAliasedSymbol(symbol);
  const declaration = symbol.valueDeclaration;
  if (declaration === undefined || !ts.isVariableDeclaration(declaration) || !(declaration.parent.flags & ts.NodeFlags.Const)) return false;
  return /^(Int32|Float64)Array$/.test(checker.getTypeOfSymbol(symbol).symbol?.name ?? '');
}

/** `import { words } from M` becomes `import { words as words$ } from M` and, after the imports, `const words = words$`. */
function keepArrays(checker, factory, file) {
  const kept = [];
  const statements = file.statements.map((statement) => {
    const named = ts.isImportDeclaration(statement) ? statement.importClause?.namedBindings : undefined;
    if (named === undefined || !ts.isNamedImports(named) || statement.importClause.isTypeOnly) return statement;
    if (!named.elements.some((specifier) => isArray(checker, specifier))) return statement;
    const values = named.elements.filter((specifier) => !specifier.isTypeOnly);
    const elements = values.map((specifier) => {
      if (!isArray(checker, specifier)) return specifier;
      const { text } = specifier.name;
      kept.push(text);
      return factory.createImportSpecifier(false, factory.createIdentifier(text), factory.createIdentifier(`${text}$`));
    });
    const clause = factory.createImportClause(false, statement.importClause.name, factory.createNamedImports(elements));
    return factory.updateImportDeclaration(statement, statement.modifiers, clause, statement.moduleSpecifier, statement.attributes);
  });
  if (kept.length === 0) return file;
  const constant = (name) => factory.createVariableDeclaration(name, undefined, undefined, factory.createIdentifier(`${name}$`));
  const own = factory.createVariableStatement(undefined, factory.createVariableDeclarationList(kept.map(constant), ts.NodeFlags.Const));
  const firstOther = statements.findIndex((statement) => !ts.isImportDeclaration(statement));
  return factory.updateSourceFile(file, [...statements.slice(0, firstOther), own, ...statements.slice(firstOther)]);
}

/** The plain name of a private member: with that of its class, so that a class and one that extends it keep theirs apart. */
function plainName(factory, checker, name) {
  const owner = checker.getSymbolAtLocation(name)?.valueDeclaration?.parent;
  if (owner === undefined || !ts.isClassLike(owner)) throw new Error(`no class has ${name.text}`);
  return factory.createIdentifier(`_${owner.name?.text ?? ''}_${name.text.slice(1)}`);
}

const forPackets = (checker) => (context) => (file) => {
  const visit = (node) => {
    if (ts.isTypeNode(node)) return node;
    if (ts.isPrivateIdentifier(node)) return plainName(context.factory, checker, node);
    if (ts.isPropertyDeclaration(node) && node.initializer === undefined) return undefined;
    if (ts.isIdentifier(node) && node.parent !== undefined && isUse(node)) {
      const value = constantOf(checker, node);
      if (value !== undefined) return literal(context.factory, value);
    }
    return ts.visitEachChild(node, visit, context);
  };
  return keepArrays(checker, context.factory, ts.visitNode(file, visit));
};

/** Compiles the project of a tsconfig file; throws with the compiler's messages if it has errors. */
export function compile(configFile) {
  const host = {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
      throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'));
    },
  };
  const config = ts.getParsedCommandLineOfConfigFile(configFile, {}, host);
  const program = ts.createProgram(config.fileNames, config.options);
  const { diagnostics } = program.emit(undefined, undefined, undefined, undefined, { before: [forPackets(program.getTypeChecker())] });
  const all = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
  if (all.length > 0)
    throw new Error(
      ts.formatDiagnosticsWithColorAndContext(all, {
        getCanonicalFileName: (name) => name,
        getCurrentDirectory: () => process.cwd(),
        getNewLine: () => '\n',
      }),
    );
}
