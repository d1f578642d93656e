import { hash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseRankerName, type RankerName } from '../spec/ranker-name.ts';
import { fileHash, locateWeights } from '../weights/index.ts';
import { CATALOG } from '../weights/catalog/catalog.ts';
import { RANKER_CATALOG } from '../weights/catalog/ranker-catalog.ts';

/** What data that a ranker has ordered should say of it. */
export interface RankerDescription {
  readonly name: string;
  /** SHA-256 of its weights and settings; undefined for a ranker that has none of its own. */
  readonly sha256: string | undefined;
  /** Under which terms it stands, in sentences. */
  readonly licences: readonly string[];
}

/** Files of a ranker that its results depend on. */
const OF_RANKER = /\.(?:onnx|json|safetensors|gguf)$/;

const UNKNOWN = 'the licence is not known here.';
const PROVIDER_TERMS =
  'the terms of its provider hold, and those of some forbid training other models on what theirs writes.';

/**
 * What is known of a ranker by its name. Its weights are hashed where they are on this machine.
 *
 * @example
 * const { sha256, licences } = await describeRanker('small');
 */
export async function describeRanker(name: string): Promise<RankerDescription> {
  const ranker = parseRankerName(name);
  const folder = await folderOf(ranker);
  return {
    // Where a folder lies is nobody's business.
    name: ranker.kind === 'folder' ? basename(name) : name,
    sha256: folder === undefined ? undefined : await hashFolder(folder),
    licences: licencesOf(ranker),
  };
}

/**
 * Under which terms the answers of a model stand, as far as its name tells; undefined where it does not.
 *
 * @example
 * console.log(modelLicence('local/gemma-2b-it'));
 */
export function modelLicence(model: string): string | undefined {
  const entry = CATALOG.find(({ name }) => model === `local/${name}`);
  if (entry !== undefined) return `${entry.licence} (${entry.licenceUrl}).`;
  return model.startsWith('local/') || !model.includes('/') ? undefined : PROVIDER_TERMS;
}

function licencesOf(ranker: RankerName): readonly string[] {
  switch (ranker.kind) {
    case 'shipped':
      return [
        `${ranker.name}: weights of this project under Apache-2.0, which learned from AlpacaEval, whose data are under CC BY-NC 4.0. Its model card (models/${ranker.name}/README.md) says what that means.`,
      ];
    case 'published': {
      const entry = RANKER_CATALOG.find(({ name }) => name === ranker.name);
      return entry === undefined ? [] : [`${entry.title}: ${entry.licence} (${entry.licenceUrl}).`];
    }
    case 'judge':
    case 'list-judge':
      return [`${ranker.model}: ${modelLicence(ranker.model) ?? UNKNOWN}`];
    case 'cascade':
      return [...licencesOf({ kind: 'shipped', name: 'small' }), ...licencesOf(ranker.ranker)];
    case 'int8':
      return licencesOf(ranker.ranker);
    default:
      return [`${basename(ranker.path)}: ${UNKNOWN}`];
  }
}

/** Where the weights of a ranker are; undefined where it has none, or they are not here. */
async function folderOf(ranker: RankerName): Promise<string | undefined> {
  switch (ranker.kind) {
    case 'shipped':
      return fileURLToPath(new URL(`../../models/${ranker.name}`, import.meta.url));
    case 'published':
      return locateWeights({ reference: ranker.name });
    case 'int8':
    case 'cascade':
      return folderOf(ranker.ranker);
    case 'folder':
      return (await stat(ranker.path).catch(() => undefined))?.isDirectory() === true ? ranker.path : undefined;
    default:
      return undefined;
  }
}

/** One hash for the files of a ranker, whatever the folder is called: of their names and hashes, by their names. */
async function hashFolder(folder: string): Promise<string | undefined> {
  const names = (await readdir(folder)).filter((name) => OF_RANKER.test(name)).toSorted();
  if (names.length === 0) return undefined;
  const lines = await Promise.all(
    names.map(async (name) => `${await fileHash(join(folder, name), 'sha256')}  ${name}\n`),
  );
  return hash('sha256', lines.join(''));
}
