import { flagGroup } from '../flag-groups.ts';
import { number, positiveInteger } from '../option-values.ts';

/** Of the commands that hand a job to workers. */
export interface QueueFlags {
  readonly queue?: string;
  readonly storage?: string;
}

/** {@link QueueFlags}. */
export const QUEUE_FLAGS = flagGroup<QueueFlags>((command) =>
  command
    .option(
      '--queue <url>',
      'Let workers on any number of machines do it (llm-blender worker), by a queue in Redis, Valkey or PostgreSQL: redis://, rediss://, postgres://. This command waits for them and writes the output.',
    )
    .option(
      '--storage <url>',
      'With --queue: where workers find the job, s3://bucket/prefix. Default: the folder of the job, which all machines have to see under the same path.',
    ),
);

/** Of a worker. */
export interface WorkerFlags {
  readonly queue?: string;
  readonly concurrency?: number;
  readonly lease?: number;
  readonly exitWhenDone?: boolean;
  readonly metricsPort?: number;
  readonly metricsHost?: string;
}

const HIGHEST_PORT = 65_535;

/** {@link WorkerFlags}. */
export const WORKER_FLAGS = flagGroup<WorkerFlags>((command) =>
  command
    .option('--queue <url>', 'The queue: redis://, rediss://, postgres://. Default: LLM_BLENDER_QUEUE.')
    .option(
      '--concurrency <n>',
      'Records in work at once. Default: 16. The limits of the providers hold for all workers together.',
      positiveInteger,
    )
    .option(
      '--lease <seconds>',
      'A worker that is not heard of for so long loses its part of the job to another one. Default: 30.',
      number({ min: 1 }),
    )
    .option('--exit-when-done', 'End once a job is done and no other one is left.')
    .option(
      '--metrics-port <port>',
      'Serve /metrics for Prometheus, and /healthz, on this port.',
      number({ min: 0, max: HIGHEST_PORT, integer: true }),
    )
    .option('--metrics-host <host>', 'Serve them on this address. Default: 127.0.0.1.'),
);
