// Who may import whom. Checked by a test of the repository, together with planted violations of each rule.
'use strict';

const server = '^packages/server/src/';
const capability = `${server}(oauth|admin|content|eid|identification|signature|packaging|trust|notification|messaging|requests)/`;

/** A capability and the others that it may use, besides itself and the kernel. */
const directions = {
  admin: [],
  eid: ['admin'],
  trust: [],
  content: [],
  signature: ['eid', 'admin', 'content'],
  identification: ['eid', 'admin'],
  packaging: ['signature', 'trust'],
  oauth: ['identification', 'admin'],
  notification: [],
  messaging: [],
  requests: [],
};

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: { path: '^(packages|apps)/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'ades-knows-nothing-of-segl',
      severity: 'error',
      from: { path: '^packages/ades/src/' },
      to: { path: '^(packages/(?!ades/)|apps/)' },
    },
    {
      name: 'ui-knows-nothing-of-segl',
      severity: 'error',
      from: { path: '^packages/ui/src/' },
      to: { path: '^(packages/(?!ui/)|apps/)' },
    },
    {
      name: 'kernel-is-the-bottom',
      severity: 'error',
      from: { path: `${server}kernel/`, pathNot: '\\.(test|testing)\\.ts$' },
      to: { path: `^packages/(?!server/)|${server}(?!kernel/)` },
    },
    {
      name: 'contracts-import-contracts-only',
      severity: 'error',
      from: { path: `${server}.*/contract/` },
      to: { path: '^(packages|apps)/', pathNot: '/contract/' },
    },
    {
      name: 'only-the-door-of-another-capability',
      severity: 'error',
      from: { path: `${server}([^/]+)/` },
      to: { path: capability, pathNot: [`${server}$1/`, `${server}[^/]+/index\\.ts$`, '/contract/'] },
    },
    ...Object.entries(directions).map(([name, allowed]) => ({
      name: `${name}-imports-${allowed.length > 0 ? allowed.join('-and-') : 'no-capability'}`,
      severity: 'error',
      from: { path: `${server}${name}/`, pathNot: '\\.(test|testing|conformance)\\.ts$' },
      to: { path: capability, pathNot: [`${server}(${[name, ...allowed].join('|')})/`, '/contract/'] },
    })),
    {
      name: 'apps-reach-contracts-only',
      severity: 'error',
      from: { path: '^apps/' },
      to: { path: server, pathNot: '/contract/' },
    },
    {
      name: 'simulators-stand-alone',
      severity: 'error',
      from: { path: '^packages/simulators/src/' },
      to: { path: '^(packages/(?!(simulators|ades)/)|apps/)' },
    },
    {
      name: 'only-stores-speak-sql',
      comment: 'The drivers and the query builder are reached from stores and the database kernel only.',
      severity: 'error',
      from: { path: server, pathNot: `${server}kernel/(db|jobs|keys|events)/|store\\.ts$|\\.test\\.ts$` },
      to: { path: 'node_modules/(pg|kysely|@electric-sql)/' },
    },
    {
      name: 'only-outbound-http-calls-out',
      severity: 'error',
      from: { path: server, pathNot: `${server}kernel/outbound-http/|${server}eid/oidc/|\\.test\\.ts$` },
      to: { path: 'node_modules/undici/' },
    },
    {
      name: 'product-imports-no-test-code',
      severity: 'error',
      from: {
        path: '^(packages|apps)/[^/]+/src/',
        pathNot: '(\\.(test|testing|fixture|conformance)\\.ts$)|^packages/test-kit/',
      },
      to: { path: '\\.(test|testing|fixture|conformance)\\.ts$|^packages/test-kit/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.cjs', '.mjs', '.json'],
    },
  },
};
