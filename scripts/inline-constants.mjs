// Compiles like tsc, with one change: a name that stands for a constant number (`export const PORT_BITS = 11`) is written as that number.
// V8 reads an imported binding from a cell every time it is used, with a test that it is initialised; in the packet path that costs several
// instructions a use.
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

const inlineConstants = (checker) => (context) => (file) => {
  const visit = (node) => {
    if (ts.isTypeNode(node)) return node;
    if (ts.isIdentifier(node) && node.parent !== undefined && isUse(node)) {
      const value = constantOf(checker, node);
      if (value !== undefined) return literal(context.factory, value);
    }
    return ts.visitEachChild(node, visit, context);
  };
  return ts.visitNode(file, visit);
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
  const { diagnostics } = program.emit(undefined, undefined, undefined, undefined, { before: [inlineConstants(program.getTypeChecker())] });
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
