import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import type { SequenceEvaluateOptions, Token } from 'node-llama-cpp';
import { checkNumber } from '../util/check-number.ts';

/** How the next token is chosen. All set: the defaults are ours, not the runtime's, which would be greedy. */
export interface Sampling {
  readonly temperature: number;
  readonly topP: number;
  readonly topK: number;
  /** Between 0 and 2^32 - 2. */
  readonly seed: number;
  readonly presencePenalty: number;
  readonly frequencyPenalty: number;
  /**
   * True where the caller expects the same text again: a seed was given, or nothing is left to chance. Such a call
   * shares no batch with others, see `batch-rounds.ts`.
   */
  readonly repeatable: boolean;
}

/** llama.cpp takes this seed for "make one up". */
const RANDOM_SEED = 0xffff_ffff;

/**
 * Reads the sampling settings of a call. Defaults: temperature 0.8, topP 0.95, topK 40, a random seed, no penalties.
 *
 * @throws InvalidArgumentError for what no sampler can use.
 */
export function readSampling(
  {
    temperature = 0.8,
    topP = 0.95,
    topK = 40,
    seed,
    presencePenalty = 0,
    frequencyPenalty = 0,
  }: LanguageModelV4CallOptions,
  { random = Math.random }: { random?: () => number } = {},
): Sampling {
  checkNumber('temperature', temperature, { min: 0 });
  checkNumber('topP', topP, { above: 0, max: 1 });
  checkNumber('topK', topK, { min: 0, integer: true });
  checkNumber('presencePenalty', presencePenalty);
  checkNumber('frequencyPenalty', frequencyPenalty);
  checkNumber('seed', seed, { integer: true });
  return {
    temperature,
    topP,
    topK,
    seed: seed === undefined ? Math.floor(random() * RANDOM_SEED) : toNativeSeed(seed),
    presencePenalty,
    frequencyPenalty,
    repeatable: seed !== undefined || temperature === 0,
  };
}

/** The runtime's form of it. `generated` is read before each token and grows. */
export function toNativeSampling(
  sampling: Sampling,
  generated: readonly Token[],
  maxTokens: number,
): SequenceEvaluateOptions {
  const { temperature, topP, topK, seed, presencePenalty, frequencyPenalty } = sampling;
  const penalised = presencePenalty !== 0 || frequencyPenalty !== 0;
  return {
    temperature,
    topP,
    topK,
    seed,
    ...(penalised && {
      repeatPenalty: {
        punishTokens: () => [...generated],
        // Fixed for the whole generation: a change of it would start the sampler anew.
        maxPunishTokens: maxTokens,
        penalty: 1,
        presencePenalty,
        frequencyPenalty,
      },
    }),
  };
}

/** Any whole number to the 32 bits the runtime has, so that neighbours stay different and -1 is not "random". */
function toNativeSeed(seed: number): number {
  const folded = ((Math.trunc(seed) % 2 ** 32) + 2 ** 32) % 2 ** 32;
  return folded === RANDOM_SEED ? RANDOM_SEED - 1 : folded;
}
