import { rankAnswers, type RankedAnswers, type UnrankedQuestion } from '../../index.ts';
import { roundScores } from '../../records/index.ts';
import { isObject } from '../../util/is-object.ts';
import type { RecordWork } from '../lines/process-lines.ts';
import { toRankSettings } from '../shared-options.ts';
import type { RankedRecordFlags } from './preference-flags.ts';

/** Samples of a single model. */
const DEFAULT_SAMPLES = 4;

/** Ranks the answers of a record, or those that models give to it. */
export function rankedRecord(flags: RankedRecordFlags): RecordWork {
  const { model: models, temperature, topP, maxTokens, seed, timeout, rankAgain, keepMarkup } = flags;
  const samples = flags.samples ?? (models?.length === 1 ? DEFAULT_SAMPLES : undefined);
  const sampling = { models, samples, temperature, topP, seed, maxOutputTokens: maxTokens, timeoutMs: timeout };
  return async ({ record: { question, candidates, conversations }, id, blender, abortSignal, onComparison }) => {
    if (conversations !== undefined) return { fields: { exclusion: 'several-turns' } };
    const { system = flags.system } = question;
    const { answers, failures, warning } = await rankAnswers({
      id,
      ...question,
      system,
      ...(models === undefined ? { candidates } : sampling),
      ...toRankSettings(flags),
      keepRanks: rankAgain !== true,
      keepMarkup,
      blender,
      abortSignal,
      onComparison,
    });
    const { id: _, pair, scores, ...rest } = answers;
    return {
      fields: {
        ...rest,
        scores: roundScores(scores),
        pair: roundScores(pair),
        ...(failures.length === 0
          ? {}
          : { failures: failures.map(({ model, kind, message }) => ({ model, kind, message })) }),
      },
      warning,
    };
  };
}

/** Reads a line of a job whose work is {@link rankedRecord}. */
export function toAnswers(line: unknown): RankedAnswers | UnrankedQuestion {
  if (!isObject(line) || 'error' in line) return { id: idOf(line), exclusion: 'failed' };
  if (line['exclusion'] === 'several-turns') return { id: idOf(line), exclusion: 'several-turns' };
  return line as unknown as RankedAnswers;
}

function idOf(line: unknown): string | number | undefined {
  const id: unknown = isObject(line) ? line['id'] : undefined;
  return typeof id === 'string' || typeof id === 'number' ? id : undefined;
}
