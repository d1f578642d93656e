import { mkdir, readdir, stat } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { InvalidArgumentError } from '../../index.ts';
import { writeProblem } from '../errors.ts';

/** Where preference data go. */
export interface OutputFiles {
  /** Undefined for standard output. */
  readonly train: string | undefined;
  /** Undefined without a test share. */
  readonly test: string | undefined;
  /** What the data come from, as JSON; undefined where there is no place beside the data. */
  readonly provenance: string | undefined;
  /** The card of a folder. */
  readonly card: string | undefined;
}

/** Formats that pairs are not written in. */
const OTHER_FORMAT = /\.(?:parquet|csv|tsv)$/i;

/** Endings that stand before those of compression. */
const ENDING = /(?:\.[^.]+)?(?:\.(?:gz|zst))?$/;

/**
 * The files for an output: a file with others of its name beside it, or a folder, which is made.
 *
 * @throws InvalidArgumentError where there is no place for the test part, or the folder cannot be made.
 */
export async function outputFiles(output: string | undefined, hasTest: boolean): Promise<OutputFiles> {
  if (output === undefined || output === '-') {
    if (!hasTest) return { train: undefined, test: undefined, provenance: undefined, card: undefined };
    throw new InvalidArgumentError({
      parameter: '--test-share',
      value: output,
      message: 'it writes two files. Name one, or a folder, with --output.',
    });
  }
  const refuse = (message: string) => new InvalidArgumentError({ parameter: '--output', value: output, message });
  const stats = await stat(output).catch(() => undefined);
  if (stats?.isDirectory() === true || /[/\\]$/.test(output)) {
    const names = await mkdir(output, { recursive: true }).then(
      () => readdir(output),
      (error: unknown) => Promise.reject(refuse(writeProblem(error))),
    );
    if (names.includes('README.md') && !names.includes('provenance.json')) {
      throw refuse('it has a README.md, which the card would replace. Name a folder for these data alone.');
    }
    return {
      train: join(output, 'train.jsonl'),
      test: hasTest ? join(output, 'test.jsonl') : undefined,
      provenance: join(output, 'provenance.json'),
      card: join(output, 'README.md'),
    };
  }
  if (OTHER_FORMAT.test(output)) {
    throw refuse(
      'pairs are written as JSON Lines. Name a file that ends with .jsonl, .jsonl.gz or .jsonl.zst, or a folder.',
    );
  }
  const { dir, base } = parse(output);
  const ending = ENDING.exec(base)?.[0] ?? '';
  const name = base.slice(0, base.length - ending.length);
  return {
    train: output,
    test: hasTest ? join(dir, `${name}.test${ending}`) : undefined,
    // Beside a device or a pipe there is no place.
    provenance: stats === undefined || stats.isFile() ? join(dir, `${name}.provenance.json`) : undefined,
    card: undefined,
  };
}
