import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { CallAccount } from '../../calls/meter/call-account.ts';
import type { RefusingLimit } from '../request-gate.ts';

/** Seconds of an answer: a cached one takes milliseconds, a blend of thinking models minutes. */
const ANSWER_BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600];

/** Models that have a label of their own. Only those of the configuration are asked, which are few. */
const MOST_MODELS = 200;

/** Milliseconds between two looks at the event loop. */
const LOOP_RESOLUTION_MS = 20;

/** What is counted for one model. */
interface ModelCounts {
  readonly outcomes: Map<string, number>;
  inputTokens: number;
  outputTokens: number;
  cost: number;
  /** Answers without a call. */
  saved: number;
}

/**
 * What the server counts, in the text form of Prometheus. No label has a value that a client chooses: routes are those of
 * the server, and models those of its configuration.
 */
export class ServerMetrics implements Disposable {
  readonly #registry = new Registry();
  readonly #models = new Map<string, ModelCounts>();
  #comparisons = 0;
  readonly #loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });

  readonly #requests = this.#counter('requests_total', 'Requests that were answered, by route and status.', [
    'route',
    'status',
  ]);
  readonly #durations = this.#histogram('request_duration_seconds', 'Time until the last byte of a response.');
  readonly #firstEvents = this.#histogram('first_event_seconds', 'Time until the first event of a streamed response.');
  readonly #refused = this.#counter('refused_requests_total', 'Requests that a limit has refused.', ['limit']);
  readonly #blends = this.#counter('blends_total', 'Blends that have ended, by whose answer it is.', ['decision']);
  constructor(running: () => number) {
    this.#gauge('llm_blender_requests_in_flight', 'Requests that are being answered.', running);
    this.#addModelMetrics();
    this.#addProcessMetrics();
    this.#loop.enable();
  }

  /** What to tell this of the work of requests. */
  get observer(): Omit<CallAccount, 'budget'> {
    return {
      onCall: ({ model, usage, outcome }) => {
        const counts = this.#countsOf(model);
        counts.outcomes.set(outcome, (counts.outcomes.get(outcome) ?? 0) + 1);
        counts.inputTokens += usage.inputTokens ?? 0;
        counts.outputTokens += usage.outputTokens ?? 0;
        counts.cost += usage.cost ?? 0;
      },
      onSavedCall: (model) => void (this.#countsOf(model).saved += 1),
      onComparison: () => void (this.#comparisons += 1),
      onDecision: (decision) => this.#blends.inc({ decision }),
    };
  }

  /** A response has begun. @param route the path of the route, not of the request */
  begin({ route, status, isStream, ms }: { route: string; status: number; isStream: boolean; ms: number }): void {
    this.#requests.inc({ route, status: String(status) });
    if (isStream) this.#firstEvents.observe({ route }, ms / 1000);
  }

  /** A response has ended, or its client has left. */
  end({ route, ms }: { route: string; ms: number }): void {
    this.#durations.observe({ route }, ms / 1000);
  }

  refuse(limit: RefusingLimit): void {
    this.#refused.inc({ limit });
  }

  async toResponse(): Promise<Response> {
    const text = await this.#registry.metrics();
    return new Response(text, { headers: { 'content-type': this.#registry.contentType } });
  }

  [Symbol.dispose](): void {
    this.#loop.disable();
  }

  #countsOf(name: string): ModelCounts {
    const model = this.#models.has(name) || this.#models.size < MOST_MODELS ? name : 'other';
    const known = this.#models.get(model);
    if (known !== undefined) return known;
    const counts: ModelCounts = { outcomes: new Map(), inputTokens: 0, outputTokens: 0, cost: 0, saved: 0 };
    this.#models.set(model, counts);
    return counts;
  }

  /** What is counted in each call of a model is kept as plain numbers, and read when somebody asks. */
  #addModelMetrics(): void {
    this.#read('comparisons_total', 'Pairs of texts that rankers have compared.', [], (add) =>
      add({}, this.#comparisons),
    );
    const outcomes =
      'Calls to models, repeated ones included, by how they ended: done, left, timeout, or why they failed.';
    this.#read('model_calls_total', outcomes, ['model', 'outcome'], (add) => {
      for (const [model, counts] of this.#models) {
        for (const [outcome, count] of counts.outcomes) add({ model, outcome }, count);
      }
    });
    const tokens = 'Tokens that calls have read and written, as far as providers tell them.';
    this.#read('model_tokens_total', tokens, ['model', 'direction'], (add) => {
      for (const [model, { inputTokens, outputTokens }] of this.#models) {
        add({ model, direction: 'input' }, inputTokens);
        add({ model, direction: 'output' }, outputTokens);
      }
    });
    const cost = 'What calls have cost, in US dollars, as far as prices are known.';
    this.#read('model_cost_dollars_total', cost, ['model'], (add) => {
      for (const [model, counts] of this.#models) add({ model }, counts.cost);
    });
    const saved = 'Answers that took no call: from the cache, or shared with an identical call.';
    this.#read('model_saved_calls_total', saved, ['model'], (add) => {
      for (const [model, counts] of this.#models) add({ model }, counts.saved);
    });
  }

  #addProcessMetrics(): void {
    const memory = (key: keyof NodeJS.MemoryUsage) => () => process.memoryUsage()[key];
    const seconds = (key: 'mean' | 'max') => () => this.#loop[key] / 1e9 || 0;
    // Named as other Node programs name theirs, so that dashboards fit.
    this.#gauge('process_resident_memory_bytes', 'Memory of the process.', memory('rss'));
    this.#gauge('nodejs_heap_size_used_bytes', 'Memory of JavaScript objects.', memory('heapUsed'));
    this.#gauge('nodejs_external_memory_bytes', 'Memory of buffers and native objects.', memory('external'));
    this.#gauge(
      'process_start_time_seconds',
      'When the process began, in Unix time.',
      () => performance.timeOrigin / 1000,
    );
    this.#gauge(
      'nodejs_eventloop_lag_mean_seconds',
      'Mean delay of the event loop since the last look.',
      seconds('mean'),
    );
    this.#gauge(
      'nodejs_eventloop_lag_max_seconds',
      'Longest delay of the event loop since the last look.',
      seconds('max'),
    );
    this.#gauge(
      'nodejs_eventloop_lag_p99_seconds',
      'Delay of the event loop, 99th percentile since the last look.',
      () => {
        const value = this.#loop.percentile(99) / 1e9;
        // The last of the three that is collected.
        this.#loop.reset();
        return value;
      },
    );
    const cpu = new Counter({
      name: 'process_cpu_seconds_total',
      help: 'CPU time of the process.',
      registers: [],
      collect() {
        const { user, system } = process.cpuUsage();
        this.reset();
        this.inc((user + system) / 1e6);
      },
    });
    this.#registry.registerMetric(cpu);
  }

  #counter<LABEL extends string>(name: string, help: string, labelNames: readonly LABEL[]): Counter<LABEL> {
    return new Counter({ name: `llm_blender_${name}`, help, labelNames, registers: [this.#registry] });
  }

  /** A counter whose values are read when somebody asks. */
  #read<LABEL extends string>(
    name: string,
    help: string,
    labelNames: readonly LABEL[],
    read: (add: (labels: Partial<Record<LABEL, string>>, value: number) => void) => void,
  ): void {
    const counter = new Counter({
      name: `llm_blender_${name}`,
      help,
      labelNames,
      registers: [],
      collect() {
        this.reset();
        read((labels, value) => this.inc(labels, value));
      },
    });
    this.#registry.registerMetric(counter);
  }

  #histogram(name: string, help: string): Histogram<'route'> {
    return new Histogram({
      name: `llm_blender_${name}`,
      help,
      labelNames: ['route'],
      buckets: [...ANSWER_BUCKETS],
      registers: [this.#registry],
    });
  }

  #gauge(name: string, help: string, read: () => number): void {
    const gauge = new Gauge({
      name,
      help,
      registers: [],
      collect() {
        this.set(read());
      },
    });
    this.#registry.registerMetric(gauge);
  }
}
