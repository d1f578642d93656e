// Functions
export {
  bestOfN,
  blend,
  blenderModel,
  compare,
  compareConversations,
  createBlender,
  createBlenderProvider,
  createBlendSession,
  estimateBlend,
  estimateCompare,
  estimateFuse,
  estimateRank,
  fuse,
  generateCandidates,
  mapPrompts,
  rank,
  rankerModel,
  rankWithReference,
  streamBlend,
  topK,
  worstOfN,
} from './api/index.ts';
export { INITIAL_BLEND_STATE, recordBlend, reduceBlend, replayBlend, SESSION_ACTIONS, STREAMS } from './blend/index.ts';
export { addEstimates } from './estimate/index.ts';
export { ORDERS } from './compare/index.ts';
export { FUSION_PROMPTS } from './fuse/index.ts';
export { splitReasoning, type SplitReply } from './calls/reasoning/reasoning-splitter.ts';
export { AGGREGATIONS, GOALS, STRATEGIES } from './rank/index.ts';

// Preference data
export {
  type AnswerToRank,
  describeRanker,
  type Exclusion,
  EXCLUSIONS,
  type LengthGap,
  modelLicence,
  type PairFilters,
  PREFERENCE_FORMATS,
  type PreferenceFormat,
  type PreferencePart,
  type PreferenceRow,
  preferenceRows,
  type PreferenceRowsOptions,
  type PreferenceSplit,
  type PreferenceSummary,
  rankAnswers,
  type RankAnswersOptions,
  type RankAnswersResult,
  type RankedAnswer,
  type RankedAnswers,
  type RankedPair,
  type RankerDescription,
  type RowSettings,
  type UnrankedQuestion,
} from './preferences/index.ts';

// Options and results of the functions
export type {
  Blender,
  BlenderProvider,
  BlendOptions,
  CompareOptions,
  CreateBlenderOptions,
  CreateBlenderProviderOptions,
  FuseOptions,
  GenerateAndRankOptions,
  GenerateCandidatesOptions,
  MapPromptsOptions,
  PromptOptions,
  PromptOutcome,
  PromptProgress,
  RankOptions,
  RankWithReferenceOptions,
  TopKOptions,
  WorstOfNOptions,
} from './api/index.ts';
export type {
  BlendDefaults,
  BlendComparison,
  BlendEvent,
  BlendMember,
  BlendPart,
  BlendResult,
  BlendSession,
  BlendState,
  BlendStream,
  BlendTimings,
  CallState,
  CompareAnswers,
  ComparedState,
  FuseAgain,
  FusedAnswer,
  FusionState,
  MemberChange,
  NamedBlend,
  NamedBlends,
  NextQuestion,
  PlannedCall,
  RankAgain,
  RankedCandidate,
  RankingState,
  RecordOptions,
  ReplayOptions,
  SessionAction,
  StepCost,
  StreamName,
  TurnState,
} from './blend/index.ts';
export type {
  CompareConversationsOptions,
  CompareOrders,
  CompareResult,
  CompareSettings,
  ComparisonSummary,
  PairComparison,
  PositionBias,
  RankerNotes,
} from './compare/index.ts';
export type {
  FuseCandidates,
  FuseResult,
  FuserChoice,
  FusionCandidate,
  FusionMaterial,
  FusionPromptFunction,
  FusionPromptName,
  FusionSettings,
} from './fuse/index.ts';
export type {
  BlenderModel,
  BlenderModelOptions,
  BlendMetadata,
  ModelDecision,
  RankerModelOptions,
} from './model/index.ts';
export type { EstimatedCalls, EstimatedPhase, EstimateRange, WorkEstimate } from './estimate/index.ts';
export type { GenerateCandidatesResult, GeneratePart } from './generate/index.ts';
export type {
  AggregationFunction,
  AggregationName,
  BestOfNResult,
  GeneratedBestOfNResult,
  GoalName,
  LogitMatrix,
  RankerWork,
  RankExplanation,
  Ranking,
  RankProgress,
  RankResult,
  RankSettings,
  RankWithReferenceResult,
  Reference,
  ReferenceChoice,
  ReferenceComparison,
  StopReason,
  StrategyName,
  /** @deprecated `StrategyName`. */
  StrategyName as Strategy,
  StrengthInterval,
  TopKResult,
  WorstOfNResult,
} from './rank/index.ts';
export type { AnswerSchema, JsonSchemaObject, ObjectOf } from './spec/answer-schema.ts';
export { isHiddenFileWarning } from './spec/attachments.ts';
export type { CallFailure, CallTimings, Candidate, FailureKind } from './spec/candidate.ts';
export type { FusionAnalysis } from './spec/fusion-analysis.ts';
export type { CallUsage, Usage } from './spec/usage.ts';

// Models, their providers, and limits on their calls
export {
  type ListedProvider,
  listProviders,
  type ListProvidersOptions,
  type ProviderOptions,
  type ProvidersOptions,
} from './providers/index.ts';
export {
  KNOWN_PROVIDERS,
  type KnownProvider,
  type LocalServer,
  type ProviderApi,
  type ProviderEndpoint,
} from './spec/providers.ts';
export type { ModelPrice, PriceOptions, ProviderLimit, ProviderLimitOptions } from './registry/index.ts';
export type { CallBudget, CallReservation, PlannedCost } from './spec/call-budget.ts';
export type { CallGate, CallPlace, CreateGate, GateLimits, PlaceEnd } from './spec/call-gate.ts';
export type { ModelAliases } from './spec/model-alias.ts';
export type {
  GenerationSettings,
  ModelChoice,
  ModelEntry,
  ModelName,
  ModelObject,
  ModelReference,
} from './spec/model-choice.ts';
export type { ModelProgress } from './spec/model-progress.ts';

// Rankers, by name or ready to plug in
export { cascadeRanker } from './rankers/cascade/index.ts';
export { parseVerdict } from './rankers/llm-judge/verdict/parse-verdict.ts';
export {
  type RankerFunctionOptions,
  rankerFromComparison,
  rankerFromRerankingModel,
  rankerFromScore,
} from './rankers/adapters/index.ts';
export type { JudgeEntry, RankerAliases, RankerChoice } from './spec/ranker-choice.ts';
export type { RankerNameText as RankerName } from './spec/ranker-name.ts';

// Interfaces for your own ranker, fuser or model
export type { Fuser, FuserFuseOptions, FuserFuseResult, FusionAnalysisOutcome } from './spec/fuser.ts';
export type { InProcessModel, ScoreContinuationsOptions, ScoreContinuationsResult } from './spec/in-process-model.ts';
export type {
  Pair,
  PairJudgement,
  PairRanker,
  PairRankerCompareOptions,
  PairRankerCompareResult,
  RankerCallSettings,
  Verdict,
} from './spec/pair-ranker.ts';
export type { Attachment } from './spec/attachments.ts';
export type { Task } from './spec/task.ts';

// Configuration files
export {
  type BlenderConfig,
  CONFIG_NAMES,
  defineConfig,
  findConfig,
  loadConfig,
  type LoadConfigOptions,
} from './config/index.ts';

// The cache of model calls
export {
  type CacheOptions,
  type CallCacheInfo,
  type CallCacheLocation,
  clearCallCache,
  inspectCallCache,
} from './registry/index.ts';

// Telemetry
export type {
  CallRecord,
  ComparisonRecord,
  ScoreRecord,
  TelemetryOptions,
  TraceObserver,
  TraceRecord,
} from './telemetry/index.ts';

// Errors
export {
  BlenderError,
  BudgetExceededError,
  type ConfigProblem,
  ContextExceededError,
  DataFormatError,
  DisposedError,
  ERROR_CODES,
  type ErrorCode,
  type FailedSource,
  InvalidArgumentError,
  InvalidConfigError,
  JobError,
  type JobErrorReason,
  MissingDependencyError,
  MissingKeyError,
  ModelCallError,
  type ModelCallErrorKind,
  ModelLoadError,
  ModelNotFoundError,
  NoCandidatesError,
  RankerError,
  StoppedError,
  TimeoutError,
  WeightsUnavailableError,
} from './error/index.ts';
