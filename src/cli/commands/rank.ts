import type { Command } from 'commander';
import type { RankOptions } from '../../index.ts';
import { candidatesRecord } from '../jsonl/records.ts';
import { processLines } from '../jsonl/process-lines.ts';
import {
  aggregationOption,
  inputOption,
  integer,
  outputOption,
  rankerOption,
  strategyOption,
} from '../option-values.ts';
import type { RunAction } from '../program.ts';

interface RankFlags extends Pick<RankOptions, 'strategy' | 'aggregation'> {
  readonly input?: string;
  readonly output?: string;
  readonly ranker?: string;
  readonly seed?: number;
}

/** `rank`: the candidates of each line, compared in pairs. */
export function addRankCommand(program: Command, run: RunAction): void {
  program
    .command('rank')
    .summary('Rank the candidates of each line of a JSONL file.')
    .description(
      'Ranks candidates by comparing them in pairs. Input lines {id, instruction, input?, candidates: [text or {text}]}, output lines in the same order {id, ranks, scores, best, comparisons}: ranks[i] is 1 for the best and ties share the smallest, best is an index from 0, comparisons counts the forward passes or judge calls spent.',
    )
    .addOption(inputOption())
    .addOption(outputOption())
    .addOption(rankerOption())
    .addOption(strategyOption())
    .addOption(aggregationOption())
    .option('--seed <n>', 'Seed of the order in which bubble meets the candidates. Default: 0.', integer)
    .addHelpText(
      'after',
      `
Examples:
  $ llm-blender rank --input questions.jsonl --output ranked.jsonl
  $ llm-blender rank --strategy bubble < questions.jsonl | jq .best`,
    )
    .action(({ ranker, strategy, aggregation, seed, ...flags }: RankFlags) =>
      run((context) =>
        processLines(
          {
            verb: 'rank',
            flags,
            schema: candidatesRecord,
            work: async ({ record: { question, candidates }, blender, abortSignal, onComparison }) => {
              const result = await blender.rank({
                ...question,
                candidates,
                ranker,
                strategy,
                aggregation,
                rankSeed: seed,
                abortSignal,
                onComparison,
              });
              const { ranks, scores, best, usage, truncated, caution } = result;
              return {
                fields: { ranks, scores, best, comparisons: usage.calls, ...(truncated ? { truncated } : {}) },
                caution,
              };
            },
          },
          context,
        ),
      ),
    );
}
