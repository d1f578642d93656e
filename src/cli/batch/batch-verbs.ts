import type { RecordForm } from '../../records/index.ts';
import { addAskCommand, type AskFlags } from '../commands/ask.ts';
import { addCompareCommand, compareRecord, estimateCompareRecord } from '../commands/compare.ts';
import { addFuseCommand, estimateFuseRecord, fuseRecord, type FuseRecordFlags } from '../commands/fuse.ts';
import { addRankCommand, estimateRankRecord, rankRecord, type RankRecordFlags } from '../commands/rank.ts';
import type { AddCommand } from '../cli-context.ts';
import type { Given } from '../flag-groups.ts';
import type { RankerFlags } from '../shared-options.ts';
import type { RecordEstimate, RecordWork } from '../lines/process-lines.ts';
import { askRecord, estimateAskRecord } from './ask-record.ts';
import { bestOfNRecord } from './best-of-n-record.ts';

/** What a job can do with each record. */
export interface BatchVerb {
  readonly summary: string;
  /** The fields of a line of output. */
  readonly output: string;
  /** What a record holds. */
  readonly form: RecordForm;
  /** The command whose options it takes. */
  readonly like: AddCommand;
  /** Those that it does not take. */
  readonly without: readonly string[];
  /** Flags have been read by the options of the command. */
  readonly work: (flags: object, abortSignal: AbortSignal) => Promise<RecordWork>;
  /** The same for `--estimate`. */
  readonly estimate: (flags: object, abortSignal: AbortSignal) => Promise<RecordEstimate>;
}

/** What is for one question on a terminal. */
const ON_SCREEN = ['attach', 'explain', 'continue', 'conversation', 'keep', 'record', 'stream'];

/** Options of `ask` that are about fusing or the whole budget of a question. */
const OF_BLENDS = [
  'blend',
  'topK',
  'fuser',
  'fusion',
  'checkRanker',
  'fusionPrompt',
  'hideRanks',
  'showScores',
  'analysis',
  'contextTokens',
  'maxCalls',
  'quorum',
  'patience',
  'fast',
];

/** The verbs, by the name of their command. */
export const BATCH_VERBS: Readonly<Record<string, BatchVerb>> = {
  ask: {
    summary: 'Ask several models each question of a file and get one better answer.',
    output: '{id, text, decision, decisionReason, candidates, fused?, failures?}',
    form: 'question',
    like: addAskCommand,
    without: ON_SCREEN,
    work: (flags, abortSignal) => askRecord(flags as AskFlags, abortSignal),
    estimate: (flags, abortSignal) => estimateAskRecord(flags as AskFlags, abortSignal),
  },
  'best-of-n': {
    summary: 'Ask several models each question of a file and keep the best answer.',
    output: '{id, text, best, ranks, scores, candidates, failures?}',
    form: 'question',
    like: addAskCommand,
    without: [...ON_SCREEN, ...OF_BLENDS],
    work: (flags, abortSignal) => bestOfNRecord(flags as AskFlags, abortSignal),
    estimate: async (flags, abortSignal) => {
      await bestOfNRecord(flags as AskFlags, abortSignal);
      return estimateAskRecord({ ...(flags as AskFlags), fusion: false }, abortSignal);
    },
  },
  rank: {
    summary: 'Rank the candidates of each record of a file.',
    output: 'those of rank',
    form: 'candidates',
    like: addRankCommand,
    without: [],
    work: async (flags) => rankRecord(flags as RankRecordFlags),
    estimate: async (flags) => estimateRankRecord(flags as RankRecordFlags),
  },
  compare: {
    summary: 'Compare the two candidates of each record of a file.',
    output: 'those of compare',
    form: 'pair',
    like: addCompareCommand,
    without: [],
    work: async (flags) => compareRecord(flags as Given<RankerFlags>),
    estimate: async (flags) => estimateCompareRecord(flags as Given<RankerFlags>),
  },
  fuse: {
    summary: 'Fuse the candidates of each record of a file into one answer.',
    output: 'those of fuse',
    form: 'candidates',
    like: addFuseCommand,
    without: [],
    work: async (flags) => fuseRecord(flags as FuseRecordFlags),
    estimate: async (flags) => estimateFuseRecord(flags as FuseRecordFlags),
  },
};
