import { InvalidArgumentError } from '../../error/index.ts';

/** Files of a data set on Hugging Face. */
export interface DatasetReference {
  /** `owner/name`. */
  readonly repo: string;
  /** A branch, a tag, or a commit. */
  readonly revision: string;
  /** The path of a file, or a pattern with `*` for several. */
  readonly file: string;
}

const SCHEME = 'hf://';

/** Revisions with slashes in them, which need not be encoded: those of the conversion to Parquet and of pull requests. */
const LONG_REVISION = /^refs\/(?:convert\/\w+|pr\/\d+)(?=\/)/;

const EXPECTED =
  'expected hf://datasets/OWNER/NAME/PATH or hf://datasets/OWNER/NAME@REVISION/PATH, such as hf://datasets/OWNER/NAME/data/train-*.parquet.';

/** Whether a path means a file on Hugging Face. */
export function isHubPath(path: string): boolean {
  return path.startsWith(SCHEME);
}

/** Reads `hf://datasets/OWNER/NAME[@REVISION]/PATH`. @throws InvalidArgumentError */
export function parseDatasetReference(path: string): DatasetReference {
  const refuse = (message: string) => new InvalidArgumentError({ parameter: 'file', value: path, message });
  const [, kind, owner, name, revised, rest = ''] = /^hf:\/\/([^/]*)\/([^/@]+)\/([^/@]+)(@?)\/?(.*)$/s.exec(path) ?? [];
  if (kind === undefined || owner === undefined || name === undefined) throw refuse(EXPECTED);
  if (kind !== 'datasets') throw refuse(`files are read of data sets: ${EXPECTED}`);
  const long = revised === '@' ? LONG_REVISION.exec(rest)?.[0] : undefined;
  const short = revised === '@' ? rest.split('/', 1)[0] : '';
  const given = long ?? short ?? '';
  const file = revised === '@' ? rest.slice(given.length + 1) : rest;
  if (revised === '@' && given === '') throw refuse(`the revision is empty; ${EXPECTED}`);
  if (file === '' || file.endsWith('/')) throw refuse(`it names no file; ${EXPECTED}`);
  if (file.split('/').some((part) => part === '' || part === '.' || part === '..')) throw refuse(EXPECTED);
  return { repo: `${owner}/${name}`, revision: decodeRevision(given), file };
}

function decodeRevision(given: string): string {
  if (given === '') return 'main';
  // What the page of a data set calls its conversion.
  if (given === '~parquet') return 'refs/convert/parquet';
  try {
    return decodeURIComponent(given);
  } catch {
    return given;
  }
}

/** The same as a path. */
export function formatDatasetReference({ repo, revision, file }: DatasetReference): string {
  const at =
    revision === 'main' ? '' : `@${LONG_REVISION.test(`${revision}/`) ? revision : encodeURIComponent(revision)}`;
  return `${SCHEME}datasets/${repo}${at}/${file}`;
}
