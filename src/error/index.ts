export { DisposedError, NoCandidatesError, RankerError, StoppedError } from './blend-errors.ts';
export { BlenderError, concernsAllInput, ERROR_CODES, type ErrorCode, isConfigurationError } from './blender-error.ts';
export {
  BudgetExceededError,
  ContextExceededError,
  ModelCallError,
  type ModelCallErrorKind,
  RETRYABLE_KINDS,
  TimeoutError,
} from './call-errors.ts';
export { type ConfigProblem, DataFormatError, InvalidArgumentError, InvalidConfigError } from './input-errors.ts';
export { JobError, type JobErrorReason } from './job-errors.ts';
export { MissingDependencyError, MissingKeyError, ModelNotFoundError } from './setup-errors.ts';
export { type FailedSource, ModelLoadError, WeightsUnavailableError } from './weights-errors.ts';
