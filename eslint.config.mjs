import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { importX } from 'eslint-plugin-import-x';
import { builtinModules } from 'node:module';
import tseslint from 'typescript-eslint';

/** Anchored: patterns are those of gitignore, by which a bare `domain` would match our own folder. */
const nodeBuiltins = [
  'node:*',
  ...builtinModules.filter((name) => !name.startsWith('_')).map((name) => `/${name}`),
];

/** One import wall: what files of a room may not import by value. */
function wall({ files, ignores = [], forbid = [], forbidTypes = [], message }) {
  return {
    files,
    ignores,
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            // A group that allows types would free them even where the next one forbids them.
            ...(forbid.length > 0 ? [{ group: forbid, allowTypeImports: true, message }] : []),
            ...(forbidTypes.length > 0 ? [{ group: forbidTypes, message }] : []),
          ],
        },
      ],
    },
  };
}

const temporalOutsideWorkflows = [
  '@temporalio/client',
  '@temporalio/worker',
  '@temporalio/testing',
  '@temporalio/activity',
  '@temporalio/envconfig',
];

/** What reaches a cluster or Temporal, and what runs the product. */
const EVERYTHING_THAT_ACTS = [
  '@temporalio/*',
  '@kubernetes/*',
  '**/activities/**',
  '**/workflows/**',
  '**/installers/**',
  '**/clients/**',
  '**/cli/**',
  '**/rig/**',
  '**/test/**',
];

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/'] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.mjs', 'scripts/*.mjs', 'bin/*.mjs'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { 'import-x': importX },
    rules: {
      eqeqeq: 'error',
      complexity: ['warn', 15],
      'max-lines': ['warn', 300],
      'max-lines-per-function': ['warn', { max: 60, skipComments: true, skipBlankLines: true }],
      'import-x/no-cycle': 'error',
      'import-x/no-mutable-exports': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      'no-console': 'error',
    },
  },
  wall({
    files: ['src/domain/**/*.ts'],
    ignores: ['src/domain/**/schema.ts', 'src/domain/time/local-time.ts'],
    forbid: [
      ...nodeBuiltins,
      '@temporalio/*',
      '@kubernetes/*',
      'zod',
      'zod/*',
      'undici',
      'temporal-polyfill',
    ],
    forbidTypes: [
      '**/workflows/**',
      '**/activities/**',
      '**/clients/**',
      '**/installers/**',
      '**/approvals/**',
      '**/notifications/**',
    ],
    message: 'domain/ is pure: no I/O, no Temporal, no Kubernetes, no Node built-ins.',
  }),
  wall({
    files: ['src/domain/time/local-time.ts'],
    forbid: [...nodeBuiltins, '@temporalio/*', '@kubernetes/*', 'zod', 'zod/*', 'undici'],
    forbidTypes: ['**/workflows/**', '**/activities/**', '**/clients/**', '**/installers/**'],
    message: 'the one file of domain/ that knows time zones is pure but for that.',
  }),
  wall({
    files: ['src/domain/**/schema.ts'],
    forbid: [...nodeBuiltins, '@temporalio/*', '@kubernetes/*', 'undici'],
    message: 'schema files are pure but for zod.',
  }),
  wall({
    files: ['src/workflows/**/*.ts'],
    forbid: [
      ...nodeBuiltins,
      ...temporalOutsideWorkflows,
      '@kubernetes/*',
      'zod',
      'zod/*',
      'undici',
      'temporal-polyfill',
      '**/activities/**',
      '**/clients/**',
      '**/installers/**',
      '**/approvals/**',
      '**/notifications/**',
      '**/config.ts',
      '**/domain/*',
      '!**/domain/rollout',
    ],
    message:
      'workflows/ is replayed: only @temporalio/workflow, types, and domain/rollout by value.',
  }),
  {
    files: ['src/workflows/**/*.ts', 'src/domain/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', 'process', 'fetch', 'setImmediate', 'Buffer'],
    },
  },
  wall({
    files: ['src/activities/**/*.ts'],
    forbid: ['**/workflows/**', '@temporalio/worker', '@temporalio/workflow'],
    message: 'activities/ may use domain, installers and clients.',
  }),
  wall({
    files: ['src/installers/**/*.ts'],
    forbid: ['@temporalio/*', '**/activities/**', '**/workflows/**'],
    message: 'installers/ work without Temporal.',
  }),
  wall({
    files: ['src/artefacts/**/*.ts'],
    forbid: ['@temporalio/*', '**/activities/**', '**/workflows/**', '**/installers/**'],
    message: 'artefacts/ are files and what proves them; nothing of ours but types.',
  }),
  wall({
    files: ['src/approvals/**/*.ts'],
    forbid: EVERYTHING_THAT_ACTS,
    message: 'approvals/ are keys and signatures: the same on a machine without any network.',
  }),
  wall({
    files: ['src/notifications/**/*.ts'],
    forbid: EVERYTHING_THAT_ACTS,
    message: 'notifications/ send events and know no cluster and no Temporal.',
  }),
  wall({
    files: ['src/clients/**/*.ts'],
    forbid: ['**/activities/**', '**/workflows/**', '**/installers/**', '**/domain/**'],
    message: 'clients/ know nothing of ours but types.',
  }),
  wall({
    files: ['rig/**/*.ts'],
    forbidTypes: ['**/src/**'],
    message: 'rig/ drives the product as a process, like a user.',
  }),
  wall({
    files: ['src/**/*.ts'],
    ignores: [
      'src/domain/**',
      'src/workflows/**',
      'src/activities/**',
      'src/installers/**',
      'src/clients/**',
      'src/approvals/**',
      'src/artefacts/**',
      'src/notifications/**',
    ],
    forbid: ['**/rig/**', '**/test/**'],
    message: 'the product does not import its rig or its tests.',
  }),
  { files: ['**/*.mjs'], ...tseslint.configs.disableTypeChecked },
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly' } },
  },
  { files: ['src/starter.ts', 'src/cli/**/*.ts'], rules: { 'no-console': 'off' } },
  prettier,
);
