import { answer } from './batch-job.ts';

/** A process that runs a job of {@link answer}: `node batch-child.ts URL JOB`, with the environment of the server. */
const [url = '', job = ''] = process.argv.slice(2);
const env = Object.fromEntries(Object.entries(process.env).map(([name, value]) => [name, value ?? '']));
await answer({ url, env }, { job, fuse: true, questions: 8 });
