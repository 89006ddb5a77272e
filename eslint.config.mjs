import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';
import { generated, ignored } from './scripts/folders.mjs';

const nodeBuiltins = { group: ['node:*', 'fs', 'path', 'child_process', 'crypto', 'os', 'http', 'net'] };

const mistakes = Object.fromEntries(
  [
    'for-direction',
    'no-case-declarations',
    'no-compare-neg-zero',
    'no-cond-assign',
    'no-constant-binary-expression',
    'no-constant-condition',
    'no-control-regex',
    'no-debugger',
    'no-dupe-else-if',
    'no-duplicate-case',
    'no-empty',
    'no-fallthrough',
    'no-irregular-whitespace',
    'no-loss-of-precision',
    'no-prototype-builtins',
    'no-self-assign',
    'no-sparse-arrays',
    'no-unreachable',
    'no-unsafe-finally',
    'no-unused-labels',
    'no-useless-escape',
    'no-var',
    'prefer-const',
    'require-yield',
    'use-isnan',
    'valid-typeof',
  ].map((rule) => [rule, 'error']),
);

export default tseslint.config(
  { ignores: [...ignored.map((folder) => `${folder}/`), `${generated}/`, 'examples/'] },
  { rules: mistakes },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidOperator: true },
      ],
      // An implementation of an asynchronous interface may have nothing to await.
      '@typescript-eslint/require-await': 'off',
      // `type` is for unions, `interface` for objects; both are used on purpose.
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      eqeqeq: 'error',
      'max-lines': ['error', { max: 300 }],
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector: "MemberExpression[object.name='process'][property.name='env']",
          message: 'The environment is read in the configuration files alone (ARCHITECTURE.md, conventions).',
        },
        {
          selector: "CallExpression[callee.property.name='query'] > :matches(Literal, TemplateLiteral)",
          message: 'SQL lives in store/ (ARCHITECTURE.md, conventions).',
        },
        ...['Literal[value=SQL]', 'TemplateElement[value.raw=SQL]'].map((selector) => ({
          selector: selector.replace(
            'SQL',
            String.raw`/^\s*(select\s[^]+\sfrom|insert\s+into|update\s+\w+\s+set|delete\s+from)\s/i`,
          ),
          message: 'SQL lives in store/ (ARCHITECTURE.md, conventions).',
        })),
      ],
    },
  },
  {
    // In each process, one file reads the environment; tests and benchmarks configure themselves.
    files: ['**/config.ts', 'store/**', 'scripts/**', 'test/**', 'bench/**', 'jest.config.mjs'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['apps/cli/**', 'apps/stack/run-stack.ts', 'scripts/**', 'bench/**', 'bin/**'],
    rules: { 'no-console': 'off' },
  },
  {
    // The domain is pure, and runs in browsers and in workflows as it runs in Node.
    files: ['core/**'],
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ ...nodeBuiltins, message: 'core/ is free of Node.' }] }],
      'no-restricted-globals': ['error', 'process', 'Buffer', 'setTimeout', 'setInterval', 'fetch'],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'core/ has no clock: take `now` as an argument.' },
        { object: 'Math', property: 'random', message: 'core/ has no randomness.' },
      ],
    },
  },
  {
    files: ['apps/dashboard/**'],
    plugins: { 'react-hooks': reactHooks },
    rules: { 'react-hooks/rules-of-hooks': 'error', 'react-hooks/exhaustive-deps': 'error' },
  },
  {
    // Pages run it.
    files: ['adapters/webcrypto/**', 'apps/dashboard/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ ...nodeBuiltins, message: 'Browsers have nothing of Node.' }] },
      ],
      'no-restricted-globals': ['error', 'process', 'Buffer'],
    },
  },
  {
    files: ['workflows/**'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            { ...nodeBuiltins, message: 'Workflows are deterministic: no Node built-ins.' },
            {
              group: ['**/activities/**'],
              allowTypeImports: true,
              message: 'Workflows take types alone from activities.',
            },
          ],
        },
      ],
      'no-restricted-globals': ['error', 'process', 'Buffer', 'fetch', 'crypto', 'performance'],
    },
  },
  {
    files: ['test/**'],
    rules: {
      // A missing element fails the test with its own message; checking for it on each line hides the behaviour under
      // test.
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-restricted-imports': 'off',
    },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    ...tseslint.configs.disableTypeChecked,
    rules: { ...tseslint.configs.disableTypeChecked.rules, 'no-undef': 'error' },
    languageOptions: {
      parserOptions: { projectService: false, program: null },
      globals: {
        console: 'readonly',
        process: 'readonly',
        Buffer: 'readonly',
        URL: 'readonly',
        fetch: 'readonly',
        AbortController: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
      },
    },
  },
);
