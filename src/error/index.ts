export { DisposedError, NoCandidatesError, RankerError } from './blend-errors.ts';
export { BlenderError, ERROR_CODES, type ErrorCode } from './blender-error.ts';
export {
  BudgetExceededError,
  ContextExceededError,
  ModelCallError,
  type ModelCallErrorKind,
  RETRYABLE_KINDS,
  TimeoutError,
} from './call-errors.ts';
export { type ConfigProblem, DataFormatError, InvalidArgumentError, InvalidConfigError } from './input-errors.ts';
export { isConfigurationError, MissingDependencyError, MissingKeyError, ModelNotFoundError } from './setup-errors.ts';
export { type FailedSource, ModelLoadError, WeightsUnavailableError } from './weights-errors.ts';
