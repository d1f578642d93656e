import type { Command } from 'commander';
import type { RankOptions } from '../../index.ts';
import type { RunAction } from '../cli-context.ts';
import { flagGroup, type Given, withFlags } from '../flag-groups.ts';
import { callCounts } from '../call-counts.ts';
import { roundScores } from '../../records/index.ts';
import { processLines, type RecordEstimate, type RecordWork } from '../lines/process-lines.ts';
import { integer, positiveInteger } from '../option-values.ts';
import { BLENDER_FLAGS, LINE_FLAGS, RANKING_FLAGS, type RankingFlags, toRankSettings } from '../shared-options.ts';
import { explanationLines } from '../render/ranking-tables.ts';

interface RankFlags extends Pick<RankOptions, 'topK'> {
  readonly seed?: number;
  readonly explain?: boolean;
}

/** Flags that a ranking depends on. */
export type RankRecordFlags = Given<RankFlags & RankingFlags>;

const RANK_FLAGS = flagGroup<RankFlags>((command) =>
  command
    .option('-k, --top-k <k>', 'The K of the goal top-k. Default: 3.', positiveInteger)
    .option('--seed <n>', 'Random seed for which pairs come first, where not all are compared. Default: 0.', integer)
    .option(
      '--explain',
      'Explain each ranking: as a table where the lines go to a terminal, else in the field explanation.',
    ),
);

const LOW_QUALITY = 'The judge found every candidate of a line bad, see lowQuality.';

/** `rank`: the candidates of each line, compared in pairs. */
export function addRankCommand(program: Command, run: RunAction): void {
  const command = program
    .command('rank')
    .summary('Rank the candidates of each record of a file.')
    .description(
      'Ranks candidates by comparing them in pairs. Records are {id, instruction, input?, candidates: [text or {text, model}]} or any other of the forms in docs/files.md; output lines in the same order {id, ranks, scores, best, comparisons, rankerPasses, modelCalls, models?}: ranks[i] is 1 for the best and ties share the smallest, best is an index from 0, comparisons counts what was spent: forward passes of rankers and calls to language models; models has the names of the candidates, where they have any ({text, model}).',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ llm-blender rank questions.jsonl --output ranked.jsonl
  $ llm-blender rank answers.csv --map instruction=Question --map candidates=gpt-4,claude
  $ llm-blender rank --strategy adaptive --confidence 0.9 < questions.jsonl | jq .best
  $ llm-blender rank --ranker cascade:judge:local/gemma-7b-it questions.jsonl --explain`,
    );
  withFlags(command, LINE_FLAGS, RANKING_FLAGS, RANK_FLAGS, BLENDER_FLAGS).action((flags, files: readonly string[]) =>
    run((context) =>
      processLines(
        {
          command: 'rank',
          flags,
          files,
          form: 'candidates',
          estimate: estimateRankRecord(flags),
          work: rankRecord(flags),
        },
        context,
      ),
    ),
  );
}

function rankSettings({ topK, seed, ...flags }: RankRecordFlags) {
  return { ...toRankSettings(flags), topK, rankSeed: seed };
}

/** What it takes to rank the candidates of a record. */
export function estimateRankRecord(flags: RankRecordFlags): RecordEstimate {
  const settings = rankSettings(flags);
  return ({ record: { question, candidates }, blender }) =>
    blender.estimateRank({ ...question, candidates, ...settings });
}

/** Ranks the candidates of a record. */
export function rankRecord(flags: RankRecordFlags): RecordWork {
  const { explain = false } = flags;
  const settings = rankSettings(flags);
  return async ({ record: { question, candidates }, id, models, blender, abortSignal, onComparison, shown, spent }) => {
    const result = await blender.rank({ ...question, candidates, ...settings, abortSignal, onComparison });
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
