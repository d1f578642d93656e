/**
 * Checks the Compose file and the Kubernetes manifest of workers: that they are whole, and that the command line knows
 * their commands and options. Run: node scripts/check-deploy.ts
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { parseAllDocuments } from 'yaml';
import { addBatchCommand } from '../src/cli/commands/batch.ts';
import { addWorkerCommand } from '../src/cli/commands/worker.ts';

const root = join(import.meta.dirname, '..');

type Fields = Readonly<Record<string, unknown>>;

/** The object at a path of a document; without fields where there is none. */
function at(document: unknown, ...path: readonly (string | number)[]): Fields {
  const found = path.reduce<unknown>((value, name) => (value as Fields | undefined)?.[name], document);
  return typeof found === 'object' && found !== null ? (found as Fields) : {};
}

function textsAt(document: unknown, ...path: readonly string[]): readonly string[] {
  return Object.values(at(document, ...path)).map(String);
}

/** What is wrong with the arguments of a container. */
function problemsOfCommand(argv: readonly string[]): readonly string[] {
  const program = new Command().exitOverride();
  addBatchCommand(program, async () => {});
  addWorkerCommand(program, async () => {});
  let command = program;
  let rest = [...argv];
  for (let next = rest[0]; next !== undefined && !next.startsWith('-'); [next] = rest) {
    const child = command.commands.find((one) => one.name() === next);
    if (child === undefined) return [`there is no command ${next}`];
    command = child;
    rest = rest.slice(1);
  }
  const known = new Set(command.options.flatMap(({ long }) => long ?? []));
  const flags = rest.filter((word) => word.startsWith('--')).map((word) => word.split('=', 1)[0] ?? '');
  const missing = command.options.filter(({ mandatory, long }) => mandatory && !flags.includes(long ?? ''));
  return [
    ...flags.filter((flag) => !known.has(flag)).map((flag) => `${command.name()} has no option ${flag}`),
    ...missing.map(({ long }) => `${command.name()} needs ${long}`),
  ];
}

/** What is wrong with a Compose file. */
export function problemsOfCompose(text: string): readonly string[] {
  const [document] = parseAllDocuments(text).map((one) => one.toJS() as unknown);
  const services = Object.entries(at(document, 'services'));
  const volumes = Object.keys(at(document, 'volumes'));
  return services.flatMap(([name, service]) => {
    const isOurs = at(document, 'services', name)['image'] === 'llm-blender';
    const mounted = textsAt(service, 'volumes').map((volume) => volume.split(':', 1)[0] ?? '');
    const waits = Object.keys(at(service, 'depends_on'));
    const problems = [
      ...(isOurs ? problemsOfCommand(textsAt(service, 'command')) : []),
      ...mounted.filter((volume) => !volumes.includes(volume)).map((volume) => `there is no volume ${volume}`),
      ...waits
        .filter((other) => !services.some(([one]) => one === other))
        .map((other) => `there is no service ${other}`),
    ];
    return problems.map((problem) => `${name}: ${problem}`);
  });
}

/** What is wrong with a manifest of Kubernetes. */
export function problemsOfKubernetes(text: string): readonly string[] {
  return parseAllDocuments(text).flatMap((parsed) => {
    const document = parsed.toJS() as unknown;
    const pod = at(document, 'spec', 'template', 'spec');
    const labels = at(document, 'spec', 'template', 'metadata', 'labels');
    const selected = Object.entries(at(document, 'spec', 'selector', 'matchLabels'));
    const volumes = new Set(Object.values(at(pod, 'volumes')).map((volume) => at(volume)['name']));
    const containers = Object.values(at(pod, 'containers'));
    return [
      ...(at(document)['kind'] === 'Deployment' ? [] : ['it is no Deployment']),
      ...selected.filter(([name, value]) => labels[name] !== value).map(([name]) => `the pods have no label ${name}`),
      ...containers.flatMap((container) => {
        const mounted = Object.values(at(container, 'volumeMounts')).map((mount) => at(mount)['name']);
        const ports = new Set(Object.values(at(container, 'ports')).map((port) => at(port)['name']));
        const probes = ['livenessProbe', 'readinessProbe'].map((probe) => at(container, probe, 'httpGet')['port']);
        return [
          ...problemsOfCommand(textsAt(container, 'args')),
          ...mounted.filter((name) => !volumes.has(name)).map((name) => `there is no volume ${String(name)}`),
          ...probes.filter((port) => !ports.has(port)).map((port) => `there is no port ${String(port)}`),
        ];
      }),
    ];
  });
}

if (import.meta.main) {
  const problems = [
    ...problemsOfCompose(readFileSync(join(root, 'deploy/workers-compose.yaml'), 'utf8')),
    ...problemsOfKubernetes(readFileSync(join(root, 'deploy/workers-kubernetes.yaml'), 'utf8')),
  ];
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  if (problems.length > 0) process.exitCode = 1;
}
