import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  describeRanker,
  EXCLUSIONS,
  modelLicence,
  PREFERENCE_FORMATS,
  type PreferenceFormat,
  type PreferenceSummary,
  type RankerDescription,
} from '../../index.ts';
import { isHubPath, openHubSources } from '../../records/index.ts';
import { definedOnly } from '../../util/defined-only.ts';
import { fileHash } from '../../weights/index.ts';
import type { Environment } from '../io/terminal.ts';
import { readPackageInfo } from '../package-info.ts';
import { oneLine } from '../render/text.ts';
import type { PreferenceFlags } from './preference-flags.ts';
import { lengthLine } from './summary-lines.ts';

/** Where preference data come from. JSON can hold it. */
export interface Provenance {
  readonly generator: string;
  readonly format: PreferenceFormat;
  readonly inputs: readonly InputFile[];
  readonly rankers: readonly RankerDescription[];
  /** Under which terms the answers of each model stand; null where that is not known. */
  readonly models: Readonly<Record<string, string | null>>;
  /** Options, besides those that name files. */
  readonly settings: object;
  readonly summary: PreferenceSummary;
}

interface InputFile {
  /** Without its folder; of a file on Hugging Face the whole path. */
  readonly name: string;
  /** Commit of a file on Hugging Face. */
  readonly revision?: string;
  readonly bytes?: number;
  readonly sha256?: string;
}

/** What Hugging Face calls a small file is shorter. */
const SHA256_DIGITS = 64;

/** What preference data come from and come to. It has no times and places, so that the same data have the same one. */
export async function provenanceOf(
  { flags, inputs, summary }: { flags: PreferenceFlags; inputs: readonly string[]; summary: PreferenceSummary },
  env: Environment,
): Promise<Provenance> {
  const { strategy, aggregation, goal, confidence, maxPairs, rankAgain, keepMarkup } = flags;
  const { model, samples, temperature, topP, maxTokens, seed, system } = flags;
  const { minProbability = 0.5, maxSimilarity = 0.9, maxLengthRatio, testShare = 0, messages, margin } = flags;
  const ranking = { strategy, aggregation, goal, confidence, maxPairs, rankAgain, keepMarkup };
  const sampling = { model, samples, temperature, topP, maxTokens, seed, system };
  const pairs = { minProbability, maxSimilarity, maxLengthRatio, testShare, messages, margin };
  const names = [...new Set([...(model ?? []), ...Object.keys(summary.models)])];
  return {
    generator: `llm-blender ${readPackageInfo().version}`,
    format: flags.format,
    inputs: (await Promise.all(inputs.map((path) => describeInput(path, env)))).flat(),
    rankers: await Promise.all(summary.rankers.map(describeRanker)),
    models: Object.fromEntries(names.map((name) => [name, modelLicence(name) ?? null])),
    settings: definedOnly({ ...ranking, ...sampling, ...pairs }),
    summary,
  };
}

async function describeInput(path: string, env: Environment): Promise<readonly InputFile[]> {
  if (isHubPath(path)) {
    const sources = await openHubSources(path, { env });
    return sources.map(({ name, commit, bytes, etag }) => ({
      name,
      revision: commit,
      bytes,
      ...(etag.length === SHA256_DIGITS ? { sha256: etag } : {}),
    }));
  }
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isFile() !== true) return [{ name: path }];
  return [{ name: basename(path), bytes: stats.size, sha256: await fileHash(path, 'sha256') }];
}

/** The card of a data set as Hugging Face has it, by which `datasets` finds the files. */
export function datasetCard(provenance: Provenance): string {
  const { generator, format, inputs, rankers, models, summary } = provenance;
  const { questions, pairs, splits, excluded } = summary;
  // A part without a line is an error to datasets.
  const parts = (['train', 'test'] as const).filter((part) => splits[part] > 0);
  const left = Object.entries(excluded).map(([reason, count]) => `| ${reason} | ${count} | ${aboutOf(reason)} |`);
  return `---
configs:
  - config_name: default
    data_files:
${parts.map((part) => `      - split: ${part}\n        path: ${part}.jsonl\n`).join('')}tags:
  - preference
---

# Preference data

Made by ${generator} in the format \`${format}\`: ${PREFERENCE_FORMATS[format]}. \`chosen_probability\` is the probability, by the ranker, that the chosen answer is better than the rejected one, from both orders of this pair.

| part | pairs |
|---|---|
${parts.map((part) => `| ${part} | ${splits[part]} |`).join('\n')}

${pairs} of ${questions} questions make a pair. ${pairs === 0 ? '' : lengthLine(summary)}

${left.length === 0 ? '' : `| left out | questions | why |\n|---|---|---|\n${left.join('\n')}\n\n`}## Where it comes from

- Input: ${inputs.map(({ name, sha256 }) => named(name, sha256)).join(', ')}. Its own licence holds for questions and answers.
${rankers.map(({ name, sha256, licences }) => `- Ranker: ${named(name, sha256)}. ${licences.join(' ')}\n`).join('')}${modelLines(models)}
The preferences are those of the ranker, not of people. \`provenance.json\` has all settings and counts.
`;
}

/** A name, which may come from the data, with a hash where there is one. */
function named(name: string, sha256?: string): string {
  return `\`${oneLine(name).replaceAll('`', "'")}\`${sha256 === undefined ? '' : ` (sha256 ${sha256})`}`;
}

/** A line for each model whose terms are known, and one for all others. */
function modelLines(models: Provenance['models']): string {
  const unknown = Object.keys(models).filter((name) => models[name] === null);
  const known = Object.entries(models).filter(([, licence]) => licence !== null);
  return [
    ...known.map(([name, licence]) => `- Answers of ${named(name)}: ${licence}\n`),
    ...(unknown.length === 0
      ? []
      : [`- Answers of ${unknown.map((name) => named(name)).join(', ')}: the licences are not known here.\n`]),
  ].join('');
}

function aboutOf(reason: string): string {
  return EXCLUSIONS[reason as keyof typeof EXCLUSIONS];
}
