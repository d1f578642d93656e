/**
 * Makes one of the reports here by `evaluate`: `node benchmarks/evaluation/make-report.ts NAME DATA [RUNS]`. `DATA` is the
 * folder with the data, and `RUNS` one where runs are kept and go on.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readResultsFile, toMarkdown } from '../../src/evaluate/index.ts';

interface Report {
  readonly command: readonly string[];
  readonly file: string;
  /** @default false, as categories of a few examples say little */
  readonly hasCategories?: boolean;
}

const REPORTS: Readonly<Record<string, Report>> = {
  'people-dev': { command: ['ranker'], file: 'people-dev.jsonl.gz', hasCategories: true },
  'people-dev-200': {
    command: ['ranker', '--limit', '200', '--ranker', 'small', '--ranker', 'embedded'],
    file: 'people-dev.jsonl.gz',
  },
  'pairs-dev': { command: ['ranker'], file: 'pairs-dev.jsonl.gz' },
  'pool12-dev': { command: ['ranker'], file: 'pool12-dev.jsonl.gz' },
  'local-blend': {
    command: ['blend', '--blend', 'local', '--top-k', '3,2'],
    file: 'pool12-dev.jsonl.gz',
  },
  'given-candidates': {
    command: ['blend', '--blend', 'local', '--candidates', 'data', '--top-k', '3'],
    file: 'pool12-dev.jsonl.gz',
  },
};

const [, , name = '', data = '', runs] = process.argv;
const report = REPORTS[name];
if (report === undefined || data === '') {
  throw new Error(`Name a report (${Object.keys(REPORTS).join(', ')}) and the folder with the data.`);
}
const output = join(runs ?? (await mkdtemp(join(tmpdir(), 'llm-blender-runs-'))), name);
const main = join(import.meta.dirname, '../../src/cli/main.ts');
const argv = [main, 'evaluate', ...report.command, join(data, report.file), '--output', output];
try {
  execFileSync(process.execPath, argv, { stdio: ['ignore', 'ignore', 'inherit'] });
} catch (error) {
  // Examples that failed make the exit code 1, and are counted in the report.
  if ((error as { status?: number | null }).status !== 1) throw error;
}
const results = await readResultsFile(output);
const shown = report.hasCategories === true ? results : { ...results, categories: [] };
await writeFile(join(import.meta.dirname, `${name}.md`), toMarkdown(shown));
