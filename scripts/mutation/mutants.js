// Finds mutants in the syntax tree: small changes of the kind that a refactoring makes by mistake.
import { createHash } from 'node:crypto';
import ts from 'typescript';

const COMPARISONS = new Map([
  [ts.SyntaxKind.LessThanToken, '<='],
  [ts.SyntaxKind.LessThanEqualsToken, '<'],
  [ts.SyntaxKind.GreaterThanToken, '>='],
  [ts.SyntaxKind.GreaterThanEqualsToken, '>'],
]);
/** Methods that end a chain of calls and change what becomes of it, not its value. */
const CHAINED = new Set([
  'unref',
  'ref',
  'catch',
  'finally',
  'slice',
  'toSorted',
  'sort',
  'filter',
  'reverse',
]);
const LARGE = 16;

/**
 * Lists all mutants of a file, in the order of the text. The id of a mutant depends on its line and on the function
 * around it: it stays the same when other lines change.
 *
 * @param {ts.SourceFile} source - the file
 * @param {ts.TypeChecker} checker - of the program that the file belongs to
 * @param {string} file - its path from the root of the repository
 */
export function mutantsOf(source, checker, file) {
  const mutants = [];
  const same = new Map();
  const add = (kind, node, text, [start, end] = [node.getStart(source), node.end]) => {
    const { line } = source.getLineAndCharacterOfPosition(start);
    const before = source.text.slice(start, end);
    const code = source.text.split('\n')[line].trim();
    const place = { file, line: line + 1, code, owner: ownerOf(node, source), names: namesOf(node) };
    const identity = [file, place.owner, code, kind, before, text].join('\0');
    const nth = (same.get(identity) ?? 0) + 1;
    same.set(identity, nth);
    const id = createHash('sha256').update(`${identity}\0${nth}`).digest('hex').slice(0, 8);
    mutants.push({ id, kind, ...place, start, end, before, after: text });
  };
  const visit = (node) => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isInterfaceDeclaration(node)) return;
    if (ts.isTypeAliasDeclaration(node)) return;
    for (const rule of RULES) rule(node, add, { source, checker });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return mutants;
}

const RULES = [
  statements,
  conditions,
  operators,
  constants,
  earlyReturns,
  swappedArguments,
  awaits,
  cleanups,
  nullChecks,
];

function statements(node, add, { checker }) {
  if (ts.isArrowFunction(node) && ts.isCallExpression(node.body)) {
    const type = checker.getTypeAtLocation(node.body);
    if ((type.flags & ts.TypeFlags.Void) !== 0) add('call removed', node.body, '{}');
  }
  if (!ts.isExpressionStatement(node)) return;
  let { expression } = node;
  while (ts.isAwaitExpression(expression) || ts.isVoidExpression(expression))
    expression = expression.expression;
  if (ts.isCallExpression(expression) && expression.expression.kind !== ts.SyntaxKind.SuperKeyword) {
    add('call removed', node, '{}');
  } else if (isAssignment(expression)) add('assignment removed', node, '{}');
}

function isAssignment(node) {
  if (ts.isDeleteExpression(node) || ts.isPostfixUnaryExpression(node)) return true;
  if (ts.isPrefixUnaryExpression(node)) return node.operator !== ts.SyntaxKind.ExclamationToken;
  if (!ts.isBinaryExpression(node)) return false;
  const { kind } = node.operatorToken;
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

function conditions(node, add, { source }) {
  const isLoop = ts.isWhileStatement(node);
  if (!ts.isIfStatement(node) && !ts.isConditionalExpression(node) && !isLoop) return;
  const condition = ts.isConditionalExpression(node) ? node.condition : node.expression;
  if (condition.kind === ts.SyntaxKind.TrueKeyword) return;
  add('condition negated', condition, `!(${condition.getText(source)})`);
  add('condition forced', condition, 'false');
  if (!isLoop) add('condition forced', condition, 'true');
}

function operators(node, add, { source }) {
  if (!ts.isBinaryExpression(node)) return;
  const { left, right, operatorToken } = node;
  const span = [operatorToken.getStart(source), operatorToken.end];
  const shifted = COMPARISONS.get(operatorToken.kind);
  if (shifted !== undefined) add('bound shifted', node, shifted, span);
  const isAnd = operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken;
  if (!isAnd && operatorToken.kind !== ts.SyntaxKind.BarBarToken) return;
  add('logic swapped', node, `(${left.getText(source)}) ${isAnd ? '||' : '&&'} (${right.getText(source)})`);
  add('operand dropped', node, left.getText(source));
  add('operand dropped', node, right.getText(source));
}

function constants(node, add) {
  if (node.kind === ts.SyntaxKind.TrueKeyword) add('constant changed', node, 'false');
  if (node.kind === ts.SyntaxKind.FalseKeyword) add('constant changed', node, 'true');
  if (!ts.isNumericLiteral(node)) return;
  const value = Number(node.text);
  if (value === 0) return add('constant changed', node, '1');
  add('constant changed', node, '0');
  add('constant changed', node, String(value < LARGE ? value + 1 : value * 10));
}

function earlyReturns(node, add, { source }) {
  if (!ts.isIfStatement(node) || node.elseStatement !== undefined || !ts.isBlock(node.parent)) return;
  if (!leaves(node.thenStatement) || node.parent.statements.at(-1) === node) return;
  add('early return dropped', node, '{}');
  const then = node.thenStatement;
  if (ts.isReturnStatement(then) && then.expression && ts.isCallExpression(then.expression)) {
    add('early return dropped', then, `{ ${then.expression.getText(source)}; }`);
  }
}

function leaves(statement) {
  if (ts.isBlock(statement)) return statement.statements.length > 0 && leaves(statement.statements.at(-1));
  return (
    ts.isReturnStatement(statement) ||
    ts.isThrowStatement(statement) ||
    ts.isBreakOrContinueStatement(statement)
  );
}

function swappedArguments(node, add, { source, checker }) {
  if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return;
  if (/^Math\.(max|min)$/.test(node.expression.getText(source))) return; // their order means nothing
  const list = node.arguments ?? [];
  for (let index = 0; index + 1 < list.length; index++) {
    const [first, second] = [list[index], list[index + 1]];
    if (ts.isSpreadElement(first) || ts.isSpreadElement(second)) continue;
    if (first.getText(source) === second.getText(source)) continue;
    const [one, other] = [checker.getTypeAtLocation(first), checker.getTypeAtLocation(second)];
    if (!checker.isTypeAssignableTo(one, other) && !checker.isTypeAssignableTo(other, one)) continue;
    const span = [first.getStart(source), second.end];
    add('arguments swapped', node, `${second.getText(source)}, ${first.getText(source)}`, span);
  }
}

function awaits(node, add, { source }) {
  if (ts.isAwaitExpression(node)) add('await removed', node, node.expression.getText(source));
}

function cleanups(node, add, { source }) {
  if (ts.isTryStatement(node) && node.finallyBlock) add('cleanup removed', node.finallyBlock, '{}');
  if (ts.isCatchClause(node) && node.block.statements.length > 0) add('cleanup removed', node.block, '{}');
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return;
  const { expression: receiver, name } = node.expression;
  if (CHAINED.has(name.text)) add('cleanup removed', node, receiver.getText(source));
}

function nullChecks(node, add, { source }) {
  if (node.questionDotToken) {
    const token = node.questionDotToken;
    const isName = ts.isPropertyAccessExpression(node);
    add('null check removed', node, isName ? '!.' : '!', [token.getStart(source), token.end]);
  }
  if (!ts.isBinaryExpression(node)) return;
  const { left, right, operatorToken } = node;
  if (operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken) {
    add('null check removed', node, `${left.getText(source)}!`);
    add('null check removed', node, right.getText(source));
  }
  if (operatorToken.kind === ts.SyntaxKind.QuestionQuestionEqualsToken) {
    add('null check removed', node, '=', [operatorToken.getStart(source), operatorToken.end]);
  }
}

/** The names of the functions and classes around a node. */
function ownerOf(node, source) {
  const names = [];
  for (let at = node.parent; at !== undefined; at = at.parent) {
    const hasName = ts.isFunctionLike(at) || ts.isClassLike(at) || ts.isVariableDeclaration(at);
    if (hasName && at.name) names.push(at.name.getText(source));
  }
  return names.join(' ');
}

/** The names under which code that runs once, when its module is loaded, is used elsewhere; null inside of functions. */
function namesOf(node) {
  let name = null;
  for (let at = node; at !== undefined; at = at.parent) {
    if (ts.isFunctionLike(at) || ts.isPropertyDeclaration(at)) return null;
    if (ts.isVariableDeclaration(at)) name = at.name;
  }
  return name !== null && ts.isIdentifier(name) ? [name.text] : [];
}
