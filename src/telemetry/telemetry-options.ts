import { type Environment, readVariable } from '../util/environment.ts';

/** What spans contain. */
export interface TelemetryOptions {
  /**
   * Whether they contain prompts and replies.
   *
   * @default false, unless the variable OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT is `true`
   */
  readonly recordContent?: boolean | undefined;
}

/** Whether spans contain prompts and replies. */
export function recordsContent({ recordContent }: TelemetryOptions, env: Environment): boolean {
  return recordContent ?? readVariable(env, 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT') === 'true';
}
