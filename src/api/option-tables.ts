import type {
  BlendDefaults,
  BlendOptions,
  CompareAnswers,
  FuseAgain,
  NamedBlend,
  RankAgain,
  SessionAction,
} from '../blend/index.ts';
import type { CompareConversationsOptions, CompareOptions, CompareSettings } from '../compare/index.ts';
import type { FuseOptions, FusionSettings } from '../fuse/index.ts';
import type { GenerateCandidatesOptions } from '../generate/index.ts';
import type {
  GenerateAndRankOptions,
  RankOptions,
  RankSettings,
  RankWithReferenceOptions,
  TopKOptions,
  WorstOfNOptions,
} from '../rank/index.ts';
import type { BlenderModelOptions, RankerModelOptions } from '../model/index.ts';
import type { FusionAnalysis } from '../spec/fusion-analysis.ts';
import type { GenerationSettings, ModelEntry } from '../spec/model-choice.ts';
import type { RankerCallSettings } from '../spec/pair-ranker.ts';
import type { PromptOptions } from '../spec/prompt.ts';
import type { JudgeEntry } from '../spec/ranker-choice.ts';
import type { CreateBlenderOptions } from './create-blender.ts';
import {
  aChoice,
  aFlag,
  aFlagOrObject,
  aFunction,
  aList,
  aListOf,
  anObject,
  anObjectOf,
  anything,
  aRecordOf,
  aSignal,
  aText,
  aTextOrListOf,
  type OptionKind,
  type OptionKinds,
  oneOf,
  optionsOf,
  required,
} from '../util/check-options.ts';

// Numbers and names of choices are `anything` here: they are checked with their ranges before the work begins.

/** What else a message or one of its parts holds is for the AI SDK to check. */
const CONTENT = aTextOrListOf(anObjectOf({ type: required(aText) }));

const MESSAGE = anObjectOf({
  role: required(oneOf('system', 'user', 'assistant', 'tool')),
  content: required(CONTENT),
});

const QUESTION = {
  prompt: aText,
  messages: aListOf(MESSAGE),
  instruction: aText,
  input: aText,
  system: aText,
} satisfies OptionKinds<PromptOptions>;

const GENERATION = {
  temperature: anything,
  topP: anything,
  maxOutputTokens: anything,
  seed: anything,
  stopSequences: aListOf(aText),
  providerOptions: anObject,
} satisfies OptionKinds<GenerationSettings>;

const CALL = { timeoutMs: anything, maxRetries: anything, abortSignal: aSignal } as const;

const LIMITS = { timeoutMs: anything, maxRetries: anything } satisfies OptionKinds<RankerCallSettings>;

const JUDGE = { ...GENERATION, ...LIMITS, judge: anything, language: anything } satisfies OptionKinds<JudgeEntry>;

const RANKER = aChoice('a PairRanker', { methods: ['doCompare'], key: 'judge', kinds: JUDGE });

const MODEL_ENTRY = {
  ...GENERATION,
  model: anything,
  samples: anything,
  timeoutMs: anything,
} satisfies OptionKinds<ModelEntry>;

const MODEL_METHODS = ['doStream', 'doGenerate'];

const MODEL = aChoice('an AI SDK language model', { methods: MODEL_METHODS, key: 'model', kinds: MODEL_ENTRY });

const MODELS = aListOf(MODEL);

const { samples: _samples, ...FUSER_ENTRY } = MODEL_ENTRY;

const FUSER = aChoice('a Fuser or an AI SDK language model', {
  methods: ['doFuse', ...MODEL_METHODS],
  key: 'model',
  kinds: FUSER_ENTRY,
});

const RANKING = {
  ...LIMITS,
  ranker: RANKER,
  strategy: anything,
  aggregation: anything,
  goal: anything,
  topK: anything,
  confidence: anything,
  maxPairs: anything,
  orders: anything,
  rankSeed: anything,
} satisfies OptionKinds<RankSettings>;

const COMPARING = { ...CALL, ranker: RANKER, orders: anything } satisfies OptionKinds<CompareSettings>;

const FUSION = {
  fusionPrompt: anything,
  showRanks: aFlag,
  showScores: aFlag,
  analysis: aFlag,
  contextTokens: anything,
} satisfies OptionKinds<FusionSettings>;

const GENERATING = {
  ...QUESTION,
  ...GENERATION,
  schema: anything,
  ...CALL,
  models: MODELS,
  samples: anything,
  totalTimeoutMs: anything,
  onPart: aFunction,
} satisfies OptionKinds<GenerateCandidatesOptions>;

const RANK = {
  ...QUESTION,
  ...RANKING,
  candidates: aList,
  abortSignal: aSignal,
  onComparison: aFunction,
} satisfies OptionKinds<RankOptions>;

const { goal: _goal, ...TOP_K } = RANK;
const { aggregation: _aggregation, topK: _topK, ...WORST_OF_N } = TOP_K;

const { abortSignal: _signal, onPart: _onPart, schema: _schema, ...OF_MODELS } = GENERATING;
const { prompt: _prompt, messages: _messages, instruction: _instruction, input: _input, ...SETTINGS } = OF_MODELS;

const NAMED_BLEND = {
  ...SETTINGS,
  ...RANKING,
  ...FUSION,
  maxCalls: anything,
  maxCost: anything,
  fuser: FUSER,
  fusion: aFlag,
  checkRanker: RANKER,
  quorum: anything,
  patienceMs: anything,
  fast: aFlag,
  stream: anything,
} satisfies OptionKinds<NamedBlend>;

const BLENDS = aRecordOf(optionsOf(NAMED_BLEND));

const BLEND = {
  ...QUESTION,
  ...NAMED_BLEND,
  schema: anything,
  abortSignal: aSignal,
  blend: aText,
  blends: BLENDS,
} satisfies OptionKinds<BlendOptions>;

const BLENDER_MODEL = {
  ...NAMED_BLEND,
  blend: aText,
  blends: BLENDS,
  name: aText,
  showProgress: aFlag,
  maxDepth: anything,
} satisfies OptionKinds<BlenderModelOptions>;

/** What else `rankerModel` takes besides the ranker, and that. */
export const RANKER_MODEL = {
  strategy: anything,
  orders: anything,
  confidence: anything,
  maxPairs: anything,
  ...LIMITS,
} satisfies OptionKinds<RankerModelOptions>;

/** What `ranker` takes. */
export { RANKER as A_RANKER };

const FUSE = {
  ...QUESTION,
  ...GENERATION,
  ...FUSION,
  ...CALL,
  schema: anything,
  candidates: aList,
  fuser: FUSER,
  topK: anything,
  onAnalysis: aFunction,
  onDelta: aFunction,
  onReasoningDelta: aFunction,
  onRestart: aFunction,
} satisfies OptionKinds<FuseOptions>;

const INSIGHTS = {
  agreement: aListOf(aText),
  contradictions: aListOf(aText),
  uniquePoints: aListOf(aText),
  blindSpots: aListOf(aText),
} satisfies OptionKinds<FusionAnalysis>;

/** What actions of a session are given. */
export const OPTIONS_OF_ACTION = {
  add: { member: required(MODEL) },
  change: { id: required(aText), change: required(optionsOf(MODEL_ENTRY)) },
  rank: { settings: optionsOf(RANKING satisfies OptionKinds<RankAgain>) },
  fuse: {
    settings: optionsOf({
      ...FUSION,
      fuser: FUSER,
      topK: anything,
      from: aListOf(aText),
      instruction: aText,
      insights: optionsOf(INSIGHTS),
      maxOutputTokens: anything,
      checkRanker: RANKER,
    } satisfies OptionKinds<FuseAgain>),
  },
  compare: {
    left: required(aText),
    right: required(aText),
    settings: optionsOf({ ranker: RANKER, orders: anything } satisfies OptionKinds<CompareAnswers>),
  },
  run: {},
  ask: {},
  retry: { id: required(aText) },
  remove: { id: required(aText) },
  stop: { id: aText },
  continue: { from: required(aText), question: required(CONTENT) },
} satisfies Readonly<Record<SessionAction['type'], Readonly<Record<string, OptionKind>>>>;

/** The options of each function. */
export const OPTIONS_OF = {
  generateCandidates: GENERATING,
  compare: { ...QUESTION, ...COMPARING, a: aText, b: aText } satisfies OptionKinds<CompareOptions>,
  compareConversations: {
    ...COMPARING,
    a: aList,
    b: aList,
    system: aText,
  } satisfies OptionKinds<CompareConversationsOptions>,
  rank: RANK,
  rankWithReference: {
    ...QUESTION,
    ...COMPARING,
    candidates: aList,
    reference: anything,
    onComparison: aFunction,
  } satisfies OptionKinds<RankWithReferenceOptions>,
  bestOfN: { ...RANK, ...GENERATING } satisfies OptionKinds<RankOptions | GenerateAndRankOptions>,
  worstOfN: WORST_OF_N satisfies OptionKinds<WorstOfNOptions>,
  topK: TOP_K satisfies OptionKinds<TopKOptions>,
  fuse: FUSE,
  blend: BLEND,
  streamBlend: BLEND,
  estimateBlend: BLEND,
  createBlendSession: BLEND,
  estimateRank: RANK,
  // Texts, or conversations.
  estimateCompare: { ...QUESTION, ...COMPARING, a: anything, b: anything },
  estimateFuse: FUSE,
  blenderModel: BLENDER_MODEL,
} as const;

/** The defaults of a blender. */
const DEFAULTS = {
  ...FUSION,
  ranker: RANKER,
  strategy: anything,
  aggregation: anything,
  confidence: anything,
  maxPairs: anything,
  orders: anything,
  fuser: FUSER,
  fusion: aFlag,
  checkRanker: RANKER,
  timeoutMs: anything,
  totalTimeoutMs: anything,
  maxCalls: anything,
  maxCost: anything,
  maxRetries: anything,
  quorum: anything,
  patienceMs: anything,
  fast: aFlag,
  stream: anything,
  blend: aText,
} satisfies OptionKinds<BlendDefaults>;

/** Options of a blender. */
export const BLENDER = {
  limits: anObject,
  createGate: aFunction,
  cache: aFlagOrObject,
  prices: anObject,
  models: aRecordOf(MODEL),
  rankers: aRecordOf(RANKER),
  providers: anObject,
  env: anObject,
  telemetry: anObject,
  onTrace: aFunction,
  onProgress: aFunction,
  onWarning: aFunction,
  blends: BLENDS,
  defaults: optionsOf(DEFAULTS),
  server: anObject,
} satisfies OptionKinds<CreateBlenderOptions>;
