/** Lint rules of this project that oxlint does not bring. */
const PARAMETERS_MAX = 3;

const noEnum = {
  create: (context) => ({
    TSEnumDeclaration: (node) =>
      context.report({ node, message: 'Use a union of string literals, not an enum.' }),
  }),
};

/** The built-in rule counts constructors too, whose parameters Nest fills in by type. */
const maxPositionalParameters = {
  create: (context) => {
    const check = (node) => {
      if (node.params.length <= PARAMETERS_MAX) return;
      if (node.parent.type === 'MethodDefinition' && node.parent.kind === 'constructor') return;
      const message = `At most ${PARAMETERS_MAX} positional parameters: pass an object instead.`;
      context.report({ node, message });
    };
    return {
      FunctionDeclaration: check,
      FunctionExpression: check,
      ArrowFunctionExpression: check,
      TSEmptyBodyFunctionExpression: check,
    };
  },
};

export default {
  meta: { name: 'cuadre' },
  rules: { 'no-enum': noEnum, 'max-positional-parameters': maxPositionalParameters },
};
