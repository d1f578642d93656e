import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Counter, Gauge, Registry } from 'prom-client';
import type { BatchPart } from '../../batch/index.ts';

/** What a worker counts, in the text form of Prometheus. */
export class WorkerMetrics {
  readonly registry = new Registry();
  readonly ranges = this.#counter('llm_blender_worker_ranges_total', 'Ranges taken, by how they ended.', ['outcome']);
  readonly records = this.#counter('llm_blender_worker_records_total', 'Records done, by how they ended.', ['outcome']);
  readonly calls = this.#counter('llm_blender_worker_model_calls_total', 'Calls to models for these records.');
  readonly cost = this.#counter('llm_blender_worker_cost_dollars_total', 'US dollars for these calls, where known.');
  readonly repeatedCalls = this.#counter(
    'llm_blender_worker_repeated_calls_total',
    'Calls made again that a worker had under way when it died.',
  );
  readonly errors = this.#counter('llm_blender_worker_errors_total', 'Errors of the queue and of the storage.');

  readonly memory = new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Memory of the process.',
    registers: [this.registry],
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });

  #counter<NAME extends string = never>(name: string, help: string, labelNames: readonly NAME[] = []): Counter<NAME> {
    return new Counter({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }

  /** Counts what happens to records. */
  count(part: BatchPart<object>): void {
    if (part.type === 'batch-start') this.repeatedCalls.inc(part.interruptedCalls);
    if (part.type !== 'item-end' && part.type !== 'item-error') return;
    this.records.inc({ outcome: part.type === 'item-end' ? 'done' : 'failed' });
    this.calls.inc(part.usage?.calls ?? 0);
    this.cost.inc(part.usage?.cost ?? 0);
  }
}

/** Serves /metrics and /healthz. */
export async function serveMetrics(
  { registry }: WorkerMetrics,
  {
    metricsPort = 0,
    metricsHost = '127.0.0.1',
  }: { readonly metricsPort?: number | undefined; readonly metricsHost?: string | undefined },
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer(({ url, method }, response) => {
    const answer = (status: number, type: string, text: string) =>
      response.writeHead(status, { 'content-type': type }).end(text);
    if (method !== 'GET') answer(405, 'text/plain', 'Only GET.\n');
    else if (url === '/healthz') answer(200, 'text/plain', 'ok\n');
    else if (url !== '/metrics') answer(404, 'text/plain', 'There is /metrics and /healthz.\n');
    else {
      registry.metrics().then(
        (text) => answer(200, registry.contentType, text),
        () => answer(500, 'text/plain', 'The metrics cannot be read.\n'),
      );
    }
  });
  server.listen(metricsPort, metricsHost);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${metricsHost.includes(':') ? `[${metricsHost}]` : metricsHost}:${port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
