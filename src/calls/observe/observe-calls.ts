import { context, SpanKind, trace } from '@opentelemetry/api';
import { isInProcessModel } from '../../spec/in-process-model.ts';
import {
  CallObservation,
  hasCallSpan,
  isTracing,
  requestAttributes,
  TRACER,
  type TraceObserver,
} from '../../telemetry/index.ts';
import { notify } from '../../util/notify.ts';
import type { CallPolicy } from '../call.ts';
import { type ReplyTap, tapReply } from '../call-reply.ts';

/** What is recorded of calls, and for whom. */
export interface ObserveOptions {
  /** Called with a record of each call when it is over. */
  readonly onTrace?: TraceObserver | undefined;
  /** Whether spans hold prompts and replies. */
  readonly recordContent: boolean;
}

/**
 * A span and a record for each attempt. It belongs innermost: what it sees is one request, with everything that waits
 * for it left out.
 */
export function observeAttempts({ onTrace, recordContent }: ObserveOptions): CallPolicy {
  return async (call, next) => {
    const { target, options, kind } = call;
    call.progress.attempts += 1;
    if (onTrace === undefined && !isTracing()) return next(call);
    const outer = context.active();
    const span = hasCallSpan()
      ? undefined
      : trace.getTracer(TRACER).startSpan(`chat ${target.model.modelId}`, {
          kind: isInProcessModel(target.given) ? SpanKind.INTERNAL : SpanKind.CLIENT,
          attributes: requestAttributes(target.model, options, { isStream: kind === 'stream' }),
        });
    const observation = new CallObservation({ model: target.name, params: options, span, recordContent });
    const end = () => {
      observation.endSpan();
      if (onTrace !== undefined) notify(onTrace, observation.toRecord());
    };
    try {
      const reply = await context.with(span === undefined ? outer : trace.setSpan(outer, span), () => next(call));
      tapReply(reply, seeing(observation, end));
      return reply;
    } catch (error) {
      observation.fail(error);
      end();
      throw error;
    }
  };
}

/**
 * A record for each answer that took no call of its own: it came from a cache, or from an identical call under way. It
 * belongs outermost, and makes no span, since nothing was asked.
 */
export function observeSavedCalls(onTrace: TraceObserver): CallPolicy {
  return async (call, next) => {
    const { name: model } = call.target;
    const observation = new CallObservation({ model, params: call.options, span: undefined, recordContent: false });
    const reply = await next(call);
    const end = () => {
      if (call.progress.attempts === 0) notify(onTrace, observation.toRecord({ cached: true }));
    };
    tapReply(reply, seeing(observation, end));
    return reply;
  };
}

function seeing(observation: CallObservation, end: () => void): ReplyTap {
  return {
    onResult: (result) => observation.collectAll(result),
    onPart: (part) => observation.collect(part),
    onEnd: (how) => {
      if (how.type === 'failed') observation.fail(how.error);
      end();
    },
  };
}
