/** Checks that each folder of `src/`, and the page, imports only what these tables allow. Part of `npm run lint`. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

const CORE = ['error', 'util', 'spec'];
const ROW_3 = [...CORE, 'telemetry', 'calls'];
const ROW_4 = [...ROW_3, 'structured', 'providers', 'weights', 'local', 'rankers', 'registry'];

/** By folder, lower ones first: the folders that it may import from, besides itself. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  error: [],
  util: ['error'],
  spec: ['error', 'util'],
  telemetry: CORE,
  calls: [...CORE, 'telemetry'],
  structured: CORE,
  providers: ROW_3,
  weights: CORE,
  local: CORE,
  rankers: ROW_3,
  registry: ROW_4,
  generate: ROW_4,
  compare: ROW_4,
  rank: [...ROW_4, 'generate', 'compare'],
  fuse: [...ROW_4, 'generate', 'compare'],
  estimate: [...ROW_4, 'generate', 'compare', 'rank', 'fuse'],
  blend: [...ROW_4, 'generate', 'compare', 'rank', 'fuse', 'estimate'],
  model: [...ROW_4, 'generate', 'compare', 'rank', 'fuse', 'estimate', 'blend'],
  api: [...ROW_4, 'generate', 'compare', 'rank', 'fuse', 'blend', 'estimate', 'model'],
  config: [...ROW_4, 'generate', 'compare', 'rank', 'fuse', 'blend', 'api'],
  preferences: [...ROW_4, 'generate', 'compare', 'rank', 'fuse', 'blend', 'estimate', 'api', 'records'],
  records: [...CORE, 'weights'],
  batch: [...CORE, 'telemetry', 'calls', 'records'],
  evaluate: [
    ...ROW_4,
    'generate',
    'compare',
    'rank',
    'fuse',
    'blend',
    'estimate',
    'api',
    'records',
    'batch',
    'statistics',
    'measures',
    'built',
  ],
  built: [],
  // An outsider as well.
  server: [
    'util',
    'built',
    'index.ts',
    'calls/call-failures.ts',
    'calls/meter/call-account.ts',
    'calls/meter/price-list.ts',
    'weights/index.ts',
    'blend/record/part-json.ts',
    'batch/job-results.ts',
    'evaluate/report/report-blocks.ts',
  ],
  // What its clients may name is what those of the server may.
  mcp: ['util', 'index.ts', 'server/blends/blend-choices.ts', 'server/served-models.ts'],
  // An outsider: of the library it uses what `src/index.ts` exports, the indexes of six folders, and three files and the queue of batch.
  cli: [
    'util',
    'index.ts',
    'weights/index.ts',
    'records/index.ts',
    'statistics/index.ts',
    'evaluate/index.ts',
    'batch/index.ts',
    'batch/job-results.ts',
    'batch/queue/index.ts',
    'batch/run-records.ts',
    'batch/unfinished-items.ts',
    'server/index.ts',
    'mcp/index.ts',
  ],
  statistics: ['error', 'util'],
  measures: [...ROW_3, 'statistics', 'rankers'],
  test: CORE,
};

/** The page talks HTTP only: of the library it has what parts and states are, and the code that makes states of parts. */
const PAGE: ReadonlySet<string> = new Set([
  'blend/blend-parts.ts',
  'blend/blend-result.ts',
  'blend/record/part-json.ts',
  'blend/record/replay-blend.ts',
  'blend/session/session-actions.ts',
  'blend/session/session-state.ts',
  'spec/candidate.ts',
  'spec/fusion-analysis.ts',
  'spec/pair-ranker.ts',
  'spec/usage.ts',
  'evaluate/report/report-data.ts',
  'evaluate/results/results-schema.ts',
  'evaluate/run/answers.ts',
  'evaluate/tables/format-cell.ts',
  'evaluate/tables/summary-text.ts',
  'evaluate/tables/table.ts',
]);

const root = join(import.meta.dirname, '..');
const src = join(root, 'src');

/** Of an import: the folder it is from, the file where the table names one, or the name of a file in `src/` itself. */
function targetOf(path: string, allowed: readonly string[]): string {
  const inside = relative(src, path).replaceAll(sep, '/');
  return allowed.includes(inside) ? inside : (inside.split('/', 1)[0] ?? inside);
}

/** The relative imports of a file. */
function importsOf(file: string): readonly string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/\b(?:from|import)\s*\(?\s*'(\.\.?\/[^']+)'/g)].map(([, path = '']) => path);
}

const problems: string[] = [];
for (const file of globSync('src/*/**/*.ts', { cwd: root })) {
  if (/\.(?:test|contract)\.ts$|__fixtures__/.test(file)) continue;
  const folder = file.split(sep)[1] ?? '';
  const allowed = ALLOWED[folder];
  if (allowed === undefined) {
    problems.push(`${file}: the folder src/${folder} is not in the table of scripts/check-imports.ts`);
    continue;
  }
  for (const path of importsOf(file)) {
    const target = targetOf(join(root, dirname(file), path), allowed);
    if (target === folder || allowed.includes(target)) continue;
    problems.push(`${file}: src/${folder} may not import ${path}`);
  }
}
for (const file of globSync('page/src/**/*.{ts,tsx}', { cwd: root })) {
  for (const path of importsOf(file)) {
    const inside = relative(src, join(root, dirname(file), path)).replaceAll(sep, '/');
    if (inside.startsWith('../page/src/') || PAGE.has(inside)) continue;
    problems.push(`${file}: the page may not import ${path}`);
  }
}
for (const problem of problems) process.stderr.write(`${problem}\n`);
if (problems.length > 0) {
  process.stderr.write('What each folder may import is in scripts/check-imports.ts; ARCHITECTURE.md says why.\n');
  process.exitCode = 1;
}
