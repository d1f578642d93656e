import type { Command } from 'commander';
import type { RankOptions } from '../../index.ts';
import type { RunAction } from '../cli-context.ts';
import { callCounts } from '../call-counts.ts';
import { roundScores } from '../../records/index.ts';
import { processLines, type RecordWork } from '../lines/process-lines.ts';
import { integer, positiveInteger } from '../option-values.ts';
import {
  addBlenderOptions,
  addLineOptions,
  addRankingOptions,
  type LineFlags,
  type RankingFlags,
  toRankSettings,
} from '../shared-options.ts';
import { explanationLines } from '../render/ranking-tables.ts';

/** Flags of `rank`. */
export interface RankFlags extends LineFlags, RankingFlags, Pick<RankOptions, 'topK'> {
  readonly seed?: number;
  readonly explain?: boolean;
}

const LOW_QUALITY = 'The judge found every candidate of a line bad, see lowQuality.';

/** `rank`: the candidates of each line, compared in pairs. */
export function addRankCommand(program: Command, run: RunAction): void {
  const command = program
    .command('rank')
    .summary('Rank the candidates of each record of a file.')
    .description(
      'Ranks candidates by comparing them in pairs. Records are {id, instruction, input?, candidates: [text or {text, model}]} or any other of the forms in docs/files.md; output lines in the same order {id, ranks, scores, best, comparisons, rankerPasses, modelCalls, models?}: ranks[i] is 1 for the best and ties share the smallest, best is an index from 0, comparisons counts what was spent: forward passes of rankers and calls to language models; models has the names of the candidates, where they have any ({text, model}).',
    );
  addRankingOptions(addLineOptions(command))
    .option('--top-k <k>', 'The K of the goal top-k. Default: 3.', positiveInteger)
    .option('--seed <n>', 'Random seed for which pairs come first, where not all are compared. Default: 0.', integer)
    .option(
      '--explain',
      'Explain each ranking: as a table where the lines go to a terminal, else in the field explanation.',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ llm-blender rank questions.jsonl --output ranked.jsonl
  $ llm-blender rank answers.csv --map instruction=Question --map candidates=gpt-4,claude
  $ llm-blender rank --strategy adaptive --confidence 0.9 < questions.jsonl | jq .best
  $ llm-blender rank --ranker cascade:judge:local/gemma-7b-it questions.jsonl --explain`,
    )
    .action((files: readonly string[], flags: RankFlags) =>
      run((context) =>
        processLines({ command: 'rank', flags, files, form: 'candidates', work: rankRecord(flags) }, context),
      ),
    );
  addBlenderOptions(command);
}

/** Ranks the candidates of a record. */
export function rankRecord({ topK, seed, explain = false, ...flags }: RankFlags): RecordWork {
  return async ({ record: { question, candidates }, id, models, blender, abortSignal, onComparison, shown, spent }) => {
    const result = await blender.rank({
      ...question,
      candidates,
      ...toRankSettings(flags),
      topK,
      rankSeed: seed,
      abortSignal,
      onComparison,
    });
    const { ranks, scores, best, truncated, unreadable, warning, positionBias, lowQuality, explanation } = result;
    const usage = spent(result.usage);
    return {
      fields: {
        ranks,
        scores: roundScores(scores),
        best,
        comparisons: usage.calls,
        ...callCounts(usage),
        ...(models === undefined ? {} : { models }),
        ...(truncated ? { truncated } : {}),
        ...(unreadable ? { unreadable } : {}),
        ...(lowQuality ? { lowQuality } : {}),
        ...(explain && shown === undefined
          ? { explanation: roundScores(explanation), positionBias: roundScores(positionBias) }
          : {}),
      },
      warning: lowQuality ? [warning, LOW_QUALITY].filter(Boolean).join(' ') : warning,
      notes:
        explain && shown !== undefined
          ? explanationLines(result, {
              title: String(id),
              candidates: candidates.map(({ text }) => text),
              models,
              columns: shown.columns,
            })
          : [],
    };
  };
}
