import {
  type Blender,
  compare,
  generateCandidates,
  type PromptOptions as CheckedPromptOptions,
  rank,
  type RankOptions,
} from '../api/index.ts';
import type { CompareResult } from '../compare/index.ts';
import { InvalidArgumentError } from '../error/index.ts';
import type { GenerateCandidatesOptions } from '../generate/index.ts';
import { type Ranking, type RankResult, type RankSettings, toRanking } from '../rank/index.ts';
import type { RecordMessage } from '../records/index.ts';
import type { CallFailure } from '../spec/candidate.ts';
import { messageText, normalizePrompt, type PromptOptions } from '../spec/prompt.ts';
import { addUsage, type Usage } from '../spec/usage.ts';
import { readTemplatedPrompt, stripAnswerMarkup } from './chat-markup.ts';
import type { RankedAnswer, RankedAnswers, RankedPair } from './ranked-answers.ts';

/** An answer, with its rank or score where an earlier ranking gave one. */
export interface AnswerToRank {
  readonly text: string;
  /** Name of the model that wrote it. */
  readonly model?: string | undefined;
  /** 1 = best. */
  readonly rank?: number | undefined;
  /** Higher = better. */
  readonly score?: number | undefined;
}

/** How answers are sampled from models. */
type Sampling = Omit<
  GenerateCandidatesOptions,
  keyof PromptOptions | 'models' | 'schema' | 'onPart' | 'resources' | 'budget'
>;

/** Options of {@link rankAnswers}. */
export interface RankAnswersOptions extends PromptOptions, RankSettings, Sampling {
  readonly id: string | number;
  /** The answers, at least one. Give either these or `models`. */
  readonly candidates?: readonly AnswerToRank[] | undefined;
  /** The models to sample answers from. @see GenerateCandidatesOptions.models */
  readonly models?: GenerateCandidatesOptions['models'] | undefined;
  /** Keep the ranks that all candidates have, or else the scores, instead of ranking anew. @default true */
  readonly keepRanks?: boolean | undefined;
  /** Leave markup of chat templates in the texts. @default false */
  readonly keepMarkup?: boolean | undefined;
  /** Whose models and settings are used. @default those of the process */
  readonly blender?: Pick<Blender, 'generateCandidates' | 'rank' | 'compare'> | undefined;
  readonly abortSignal?: AbortSignal | undefined;
  /** Called with each pair once it is compared. */
  readonly onComparison?: RankOptions['onComparison'];
}

/** Result of {@link rankAnswers}. */
export interface RankAnswersResult {
  readonly answers: RankedAnswers;
  /** The ranks are those that the candidates had. */
  readonly hadRanks: boolean;
  /** Calls to models that gave no answer. */
  readonly failures: readonly CallFailure[];
  readonly usage: Usage;
  /** What the ranker says of its results, in a sentence. */
  readonly warning: string | undefined;
}

/** Those of the process. */
const SHARED = { generateCandidates, rank, compare };

/** The two that make a pair. */
type Ends = Pick<RankedPair, 'chosen' | 'rejected'>;

/**
 * Ranks the answers to one question for preference data, and compares the best with the worst in both orders, where the
 * ranking has not done so. With `models`, the answers are sampled first. Markup of chat templates is taken out.
 *
 * @throws InvalidArgumentError, RankerError, the signal's reason on abort; with `models` also NoCandidatesError where
 * every call failed, and ModelNotFoundError.
 * @example
 * const { answers } = await rankAnswers({
 *   id: 'prime',
 *   prompt: 'Name a prime.',
 *   candidates: [{ text: '7 is a prime.' }, { text: 'Prime rib.' }],
 * });
 */
export async function rankAnswers(options: RankAnswersOptions): Promise<RankAnswersResult> {
  const { id, keepMarkup = false } = options;
  const { question, messages, hadMarkup } = readQuestion(options, keepMarkup);
  const { given, failures, usage } = await answersOf(options, question);
  const candidates = given.map(({ text, model, cut }): RankedAnswer => ({
    text: keepMarkup ? text : stripAnswerMarkup(text),
    ...(model === undefined ? {} : { model }),
    ...(cut === true ? { cut } : {}),
  }));
  const known = (options.keepRanks ?? true) ? knownRanking(given) : undefined;
  const ranked = known === undefined ? await rankTexts(options, question, candidates) : undefined;
  const { ranks, scores } = known ?? ranked ?? toRanking([]);
  const ends = bestAndWorst(ranks, candidates);
  const logit = ends === undefined || ranked === undefined ? undefined : comparedLogit(ranked, candidates, ends);
  const compared =
    ends === undefined || logit !== undefined ? undefined : await compareEnds(options, question, candidates, ends);
  const results = [ranked, compared].filter((result) => result !== undefined);
  return {
    answers: {
      id,
      messages,
      candidates,
      ranks,
      scores,
      pair: ends === undefined ? null : { ...ends, logit: opinion(logit ?? compared?.logit) },
      ranker: results[0]?.ranker ?? null,
      hadMarkup: hadMarkup || given.some(({ text }, index) => text !== candidates[index]?.text),
      truncated: results.some(({ truncated }) => truncated),
    },
    hadRanks: known !== undefined,
    failures,
    usage: addUsage(...usage, ...results.map((result) => result.usage)),
    warning: results.find(({ warning }) => warning !== undefined)?.warning,
  };
}

/** NaN stands for none, which JSON has no word for. */
function opinion(logit: number | undefined): number | null {
  return logit === undefined || Number.isNaN(logit) ? null : logit;
}

/** The answers as they are given, or as the models give them. */
async function answersOf(
  options: RankAnswersOptions,
  question: Question,
): Promise<{
  readonly given: readonly (AnswerToRank & Pick<RankedAnswer, 'cut'>)[];
  readonly failures: readonly CallFailure[];
  readonly usage: readonly Usage[];
}> {
  const { candidates, models, blender = SHARED } = options;
  if (models === undefined) {
    if (candidates === undefined) {
      throw new InvalidArgumentError({
        parameter: 'candidates',
        value: candidates,
        message: 'pass candidates or models.',
      });
    }
    return { given: candidates, failures: [], usage: [] };
  }
  if (candidates !== undefined) {
    throw new InvalidArgumentError({
      parameter: 'candidates',
      value: candidates,
      message: 'pass either candidates or models that generate them, not both.',
    });
  }
  const { samples, temperature, topP, maxOutputTokens, seed, stopSequences, providerOptions } = options;
  const { timeoutMs, totalTimeoutMs, maxRetries, abortSignal } = options;
  const settings = { samples, temperature, topP, maxOutputTokens, seed, stopSequences, providerOptions };
  const limits = { timeoutMs, totalTimeoutMs, maxRetries, abortSignal };
  const result = await blender.generateCandidates({ ...question, models, ...settings, ...limits });
  return {
    given: result.candidates.map(({ text, model, finishReason }) => ({ text, model, cut: finishReason === 'length' })),
    failures: result.failures,
    usage: [result.usage],
  };
}

function rankTexts(
  options: RankAnswersOptions,
  question: Question,
  candidates: readonly RankedAnswer[],
): Promise<RankResult> {
  const { ranker, strategy, aggregation, goal, topK, confidence, maxPairs, rankSeed, orders } = options;
  const { timeoutMs, maxRetries, abortSignal, onComparison, blender = SHARED } = options;
  const settings = { ranker, strategy, aggregation, goal, topK, confidence, maxPairs, rankSeed, orders };
  return blender.rank({ ...question, candidates, ...settings, timeoutMs, maxRetries, abortSignal, onComparison });
}

function compareEnds(
  { ranker, timeoutMs, maxRetries, abortSignal, blender = SHARED }: RankAnswersOptions,
  question: Question,
  candidates: readonly RankedAnswer[],
  { chosen, rejected }: Ends,
): Promise<CompareResult> {
  const pair = { a: candidates[chosen]?.text ?? '', b: candidates[rejected]?.text ?? '' };
  return blender.compare({ ...question, ...pair, ranker, timeoutMs, maxRetries, abortSignal });
}

/** As it is given, or as messages where a template was taken off. */
type Question = CheckedPromptOptions;

/** The question, and as messages with the system message first, without the markup of a template. */
function readQuestion(
  { prompt, messages: conversation, instruction, input, system: given }: PromptOptions,
  keepMarkup: boolean,
): { readonly question: Question; readonly messages: readonly RecordMessage[]; readonly hadMarkup: boolean } {
  const question = { prompt, messages: conversation, instruction, input, system: given } as Question;
  const { messages, system } = normalizePrompt(question);
  const turns = messages.map((message): RecordMessage => ({
    role: message.role === 'assistant' ? 'assistant' : 'user',
    content: messageText(message),
  }));
  const [only] = turns;
  const templated =
    keepMarkup || only === undefined || turns.length > 1 ? undefined : readTemplatedPrompt(only.content);
  const first = system === undefined ? [] : [{ role: 'system' as const, content: system }];
  const whole = [...first, ...(templated ?? turns)];
  return {
    question: templated === undefined ? question : { messages: whole },
    messages: whole,
    hadMarkup: templated !== undefined,
  };
}

/** The ranking that all candidates have already: by their ranks, else by their scores. */
function knownRanking(candidates: readonly AnswerToRank[]): Pick<Ranking, 'ranks' | 'scores'> | undefined {
  const ranks = candidates.flatMap(({ rank: place }) => place ?? []);
  const scores = candidates.flatMap(({ score }) => score ?? []);
  const hasScores = scores.length === candidates.length && scores.every(Number.isFinite);
  const hasRanks = ranks.length === candidates.length && ranks.every(Number.isFinite);
  if (!hasRanks) return hasScores ? toRanking(scores) : undefined;
  // A rank says the order only: what is nearer to the top has the higher score.
  const byRank = toRanking(ranks.map((place) => -place));
  return hasScores ? { ...byRank, scores } : byRank;
}

/** The best and the worst that are not blank; undefined where no two of them differ. */
function bestAndWorst(ranks: readonly number[], candidates: readonly RankedAnswer[]): Ends | undefined {
  const isText = (index: number) => candidates[index]?.text.trim() !== '';
  const places = ranks.filter((_, index) => isText(index));
  const [best, worst] = [Math.min(...places), Math.max(...places)];
  if (places.length < 2 || best === worst) return undefined;
  return {
    chosen: ranks.findIndex((place, index) => place === best && isText(index)),
    rejected: ranks.findLastIndex((place, index) => place === worst && isText(index)),
  };
}

/** What the ranking itself has found out about a pair; undefined where it was not compared in both orders. */
function comparedLogit(
  { comparisons }: RankResult,
  candidates: readonly RankedAnswer[],
  ends: Ends,
): number | undefined {
  const texts = candidates.map(({ text }) => text);
  // Of identical texts, only the first is compared.
  const [chosen, rejected] = [ends.chosen, ends.rejected].map((index) => texts.indexOf(texts[index] ?? ''));
  const found = comparisons.find(
    ({ left, right }) => (left === chosen && right === rejected) || (left === rejected && right === chosen),
  );
  const isBoth = found?.rule !== undefined || (found?.forward !== undefined && found.reverse !== undefined);
  return found === undefined || !isBoth ? undefined : found.left === chosen ? found.logit : -found.logit;
}
